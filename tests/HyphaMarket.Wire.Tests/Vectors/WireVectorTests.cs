using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire.Tests.Vectors;

/// <summary>The published vectors: what this code computes, and what the formulas of the protocol's page give by hand.</summary>
[TestFixture]
internal sealed class WireVectorTests
{
    private const string Path = "proto/vectors/wire.json";

    private static WireVectors Published => WireVectors.FromJson(RepositoryFiles.Read(Path));

    [Test]
    public void ThePublishedVectors_AreWhatThisCodeComputes()
    {
        var computed = WireVectors.Compute().ToJson();
        var written = System.IO.Path.Combine(TestContext.CurrentContext.WorkDirectory, "wire.json");
        File.WriteAllText(written, computed);
        Assert.That(RepositoryFiles.Read(Path), Is.EqualTo(computed), $"The bytes on the wire have drifted from {Path}. If that is meant, it is another version of the protocol, and {written} is the new file.");
    }

    [Test]
    public void EveryRecord_FollowsTheFormulas_ByHand()
    {
        var vectors = Published;
        var network = Bytes(vectors.NetworkId);
        Assert.That(vectors.Records, Has.Count.GreaterThanOrEqualTo(5));
        foreach (var record in vectors.Records)
        {
            var (tag, body) = (Encoding.ASCII.GetBytes(record.Tag), Bytes(record.Body));
            Assert.That(Hash([.. tag, .. body]), Is.EqualTo(record.RecordId), record.Kind);
            Assert.That(Convert.ToHexStringLower([.. tag, .. network, .. body]), Is.EqualTo(record.SigningBytes), record.Kind);
            if (record.Work is not { } work) continue;
            var nonce = new byte[8];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(nonce, work.Nonce);
            var digest = SHA256.HashData([.. Bytes(record.RecordId), .. nonce]);
            Assert.That((digest[0] << 8) | digest[1], Is.LessThan(1 << (16 - work.Bits)), $"{record.Kind}: {work.Bits} zero bits");
        }
    }

    [Test]
    public void EverySignature_IsValidForItsPeer()
    {
        var vectors = Published;
        var keys = Ed25519Keys.FromSeed(Bytes(vectors.Seed));
        Assert.That(Convert.ToHexStringLower(keys.Id.Span), Is.EqualTo(vectors.PeerId));
        var network = new NetworkId(new Hash256(Bytes(vectors.NetworkId)));
        foreach (var vector in vectors.Records)
        {
            var record = new Record { Kind = Enum.Parse<RecordKind>(vector.Kind, ignoreCase: true), Body = ByteString.CopyFrom(Bytes(vector.Body)), Signature = ByteString.CopyFrom(Bytes(vector.Signature)) };
            Assert.That(SignedRecords.VerifySignature(network, record, keys.Id, keys), vector.Kind);
            Assert.That(keys.Verify(keys.Id, Bytes(vector.SigningBytes), Bytes(vector.Signature)), vector.Kind);
        }
    }

    [Test]
    public void TheBundle_FollowsTheFormulas_ByHand()
    {
        var vectors = Published;
        var bundle = vectors.Bundle;
        var tag = Encoding.ASCII.GetBytes("hypha-market/offer/v1");
        var leaves = bundle.Bodies.Select(body => Hash([0x00, .. tag, .. Bytes(vectors.NetworkId), .. Bytes(body)])).ToArray();
        Assert.That(leaves, Is.EqualTo(bundle.Leaves));
        // Five leaves: the last goes up alone, twice.
        var root = Node(Node(Node(leaves[0], leaves[1]), Node(leaves[2], leaves[3])), leaves[4]);
        Assert.That(root, Is.EqualTo(bundle.Root));
        Assert.That(bundle.Siblings[4], Is.EqualTo(new[] { Node(Node(leaves[0], leaves[1]), Node(leaves[2], leaves[3])) }));
        Assert.That(bundle.Siblings[1], Is.EqualTo(new[] { leaves[0], Node(leaves[2], leaves[3]), leaves[4] }));
        Assert.That(Convert.ToHexStringLower([.. Encoding.ASCII.GetBytes("hypha-market/bundle/v1"), .. Bytes(vectors.NetworkId), .. Bytes(bundle.Body)]), Is.EqualTo(bundle.SigningBytes));

        var keys = Ed25519Keys.FromSeed(Bytes(vectors.Seed));
        for (var i = 0; i < bundle.Bodies.Count; i++)
        {
            var record = new Record
            {
                Kind = RecordKind.Offer,
                Body = ByteString.CopyFrom(Bytes(bundle.Bodies[i])),
                Bundle = new BundleProof { Bundle = ByteString.CopyFrom(Bytes(bundle.Body)), Signature = ByteString.CopyFrom(Bytes(bundle.Signature)), Index = (uint)i },
            };
            record.Bundle.Siblings.AddRange(bundle.Siblings[i].Select(sibling => ByteString.CopyFrom(Bytes(sibling))));
            Assert.That(SignedRecords.VerifySignature(new NetworkId(new Hash256(Bytes(vectors.NetworkId))), record, keys.Id, keys), $"leaf {i}");
        }
    }

    [Test]
    public void TheMatchId_FollowsTheFormula_ByHand()
    {
        var vectors = Published;
        var vote = vectors.Records.Single(record => record.Kind == "vote");
        Assert.That(vectors.Match.ResultId, Is.EqualTo(vote.RecordId));
        Assert.That(Hash([.. Encoding.ASCII.GetBytes("hypha-market/match/v1"), .. Bytes(vectors.Match.ResultId), 0, 0, 0, (byte)vectors.Match.Index]), Is.EqualTo(vectors.Match.MatchId));
    }

    [Test]
    public void MerkleRoots_FollowTheFormulas_ByHand()
    {
        var roots = Published.Merkle.ToDictionary(vector => vector.Leaves.Count, vector => vector.Root);
        string[] leaf = [.. Enumerable.Range(0, 8).Select(i => Hash([0x00, (byte)i]))];
        Assert.That(roots[0], Is.EqualTo(Hash([])));
        Assert.That(roots[1], Is.EqualTo(leaf[0]));
        Assert.That(roots[2], Is.EqualTo(Node(leaf[0], leaf[1])));
        Assert.That(roots[3], Is.EqualTo(Node(Node(leaf[0], leaf[1]), leaf[2])));
        Assert.That(roots[5], Is.EqualTo(Node(Node(Node(leaf[0], leaf[1]), Node(leaf[2], leaf[3])), leaf[4])));
        Assert.That(roots[8], Is.EqualTo(Node(Node(Node(leaf[0], leaf[1]), Node(leaf[2], leaf[3])), Node(Node(leaf[4], leaf[5]), Node(leaf[6], leaf[7])))));
    }

    private static string Node(string left, string right) => Hash([0x01, .. Bytes(left), .. Bytes(right)]);

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);
}
