using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Merkle;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire;

/// <summary>One signature for up to 1,024 records of one owner: each record carries its Merkle path to the signed root.</summary>
public static class Bundles
{
    /// <summary>The most leaves of a bundle: ten levels, so a path has at most 320 bytes.</summary>
    public const int MaxSize = 1024;

    private const int MaxPath = 10;

    /// <summary>Leaf = SHA-256(0x00 + tag + network id + body).</summary>
    public static Hash256 Leaf(NetworkId network, RecordKind kind, ReadOnlySpan<byte> body) =>
        MerkleTree.HashLeaf(DomainTags.Of(kind), network.Value.ToArray(), body);

    /// <summary>Signs many bodies of one kind at once; the records come back in the order of the bodies.</summary>
    /// <exception cref="ArgumentException">No body, or more than <see cref="MaxSize"/>.</exception>
    public static IReadOnlyList<Record> Sign(NetworkId network, RecordKind kind, IReadOnlyList<ByteString> bodies, ISigner signer)
    {
        ArgumentNullException.ThrowIfNull(bodies);
        ArgumentNullException.ThrowIfNull(signer);
        if (bodies.Count is 0 or > MaxSize) throw new ArgumentException($"A bundle has 1 to {MaxSize} records, not {bodies.Count}.", nameof(bodies));

        var tree = MerkleTree.FromLeafHashes(bodies.Select(body => Leaf(network, kind, body.Span)));
        var bundle = new BundleBody
        {
            Owner = ByteString.CopyFrom(signer.Id.Span),
            Size = (uint)bodies.Count,
            Root = ByteString.CopyFrom(tree.Root.ToArray()),
        }.ToByteString();
        var signature = ByteString.CopyFrom(signer.Sign(SignedRecords.SigningBytes(network, DomainTags.Bundle, bundle.Span)));

        return bodies.Select((body, index) =>
        {
            var proof = new BundleProof { Bundle = bundle, Signature = signature, Index = (uint)index };
            proof.Siblings.AddRange(tree.Proof(index).Select(hash => ByteString.CopyFrom(hash.ToArray())));
            return new Record { Kind = kind, Body = body, Bundle = proof };
        }).ToArray();
    }

    /// <summary>Whether the record's path leads to a bundle root that the signer signed.</summary>
    public static bool Verify(NetworkId network, Record record, ParticipantId signer, ISignatureVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(verifier);
        var proof = record.Bundle;
        if (proof is null || proof.Signature.Length != SignedRecords.SignatureSize || proof.Siblings.Count > MaxPath) return false;
        if (!StrictParser.TryParse(BundleBody.Parser, proof.Bundle, out var bundle)) return false;
        if (bundle.Size is 0 or > MaxSize || proof.Index >= bundle.Size || !bundle.Owner.Span.SequenceEqual(signer.Span)) return false;
        if (!Hash256.TryFromBytes(bundle.Root.Span, out var root)) return false;
        var siblings = new Hash256[proof.Siblings.Count];
        for (var i = 0; i < siblings.Length; i++)
        {
            if (!Hash256.TryFromBytes(proof.Siblings[i].Span, out siblings[i])) return false;
        }

        if (!MerkleTree.Verify(root, Leaf(network, record.Kind, record.Body.Span), proof.Index, bundle.Size, siblings)) return false;
        return verifier.Verify(signer, SignedRecords.SigningBytes(network, DomainTags.Bundle, proof.Bundle.Span), proof.Signature.Span);
    }
}
