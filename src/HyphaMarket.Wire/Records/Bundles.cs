using System.Security.Cryptography;
using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire;

/// <summary>One signature for up to 1,024 records of one owner: each record carries its Merkle path to the signed root.</summary>
public static class Bundles
{
    /// <summary>The most leaves of a bundle: ten levels, so a path has at most 320 bytes.</summary>
    public const int MaxSize = 1024;

    private const int MaxDepth = 10;

    /// <summary>Leaf = SHA-256(0x00 + tag + network id + body).</summary>
    public static Hash256 Leaf(NetworkId network, RecordKind kind, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0x00]);
        hash.AppendData(SignedRecords.SigningBytes(network, kind, body));
        Span<byte> digest = stackalloc byte[Hash256.Size];
        hash.GetHashAndReset(digest);
        return new Hash256(digest);
    }

    /// <summary>Signs many bodies of one kind at once; the records come back in the order of the bodies.</summary>
    /// <exception cref="ArgumentException">No body, or more than <see cref="MaxSize"/>.</exception>
    public static IReadOnlyList<Record> Sign(NetworkId network, RecordKind kind, IReadOnlyList<ByteString> bodies, ISigner signer)
    {
        ArgumentNullException.ThrowIfNull(bodies);
        ArgumentNullException.ThrowIfNull(signer);
        if (bodies.Count is 0 or > MaxSize) throw new ArgumentException($"A bundle has 1 to {MaxSize} records, not {bodies.Count}.", nameof(bodies));

        var leaves = bodies.Select(body => Leaf(network, kind, body.Span)).ToArray();
        var levels = Levels(leaves);
        var bundle = new BundleBody
        {
            Owner = ByteString.CopyFrom(signer.Id.Span),
            Size = (uint)bodies.Count,
            Root = ByteString.CopyFrom(levels[^1][0].ToArray()),
        }.ToByteString();
        var signature = ByteString.CopyFrom(signer.Sign(SignedRecords.SigningBytes(network, DomainTags.Bundle, bundle.Span)));

        return bodies.Select((body, index) =>
        {
            var proof = new BundleProof { Bundle = bundle, Signature = signature, Index = (uint)index };
            proof.Siblings.AddRange(Path(levels, index).Select(hash => ByteString.CopyFrom(hash.ToArray())));
            return new Record { Kind = kind, Body = body, Bundle = proof };
        }).ToArray();
    }

    /// <summary>Whether the record's path leads to a bundle root that the signer signed.</summary>
    public static bool Verify(NetworkId network, Record record, ParticipantId signer, ISignatureVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(verifier);
        var proof = record.Bundle;
        if (proof is null || proof.Signature.Length != SignedRecords.SignatureSize || proof.Siblings.Count > MaxDepth) return false;
        if (!StrictParser.TryParse(BundleBody.Parser, proof.Bundle, out var bundle)) return false;
        if (bundle.Size is 0 or > MaxSize || proof.Index >= bundle.Size || !bundle.Owner.Span.SequenceEqual(signer.Span)) return false;
        if (!Hash256.TryFromBytes(bundle.Root.Span, out var root)) return false;
        if (!TryClimb(Leaf(network, record.Kind, record.Body.Span), proof, bundle.Size, out var reached) || reached != root) return false;
        return verifier.Verify(signer, SignedRecords.SigningBytes(network, DomainTags.Bundle, proof.Bundle.Span), proof.Signature.Span);
    }

    private static bool TryClimb(Hash256 leaf, BundleProof proof, uint size, out Hash256 top)
    {
        top = leaf;
        var (index, width, used) = (proof.Index, size, 0);
        for (; width > 1; index >>= 1, width = (width + 1) >> 1)
        {
            // The last node of an odd level has no sibling and moves up unchanged.
            if (index == width - 1 && (width & 1) == 1) continue;
            if (used == proof.Siblings.Count || !Hash256.TryFromBytes(proof.Siblings[used++].Span, out var sibling)) return false;
            top = (index & 1) == 0 ? Node(top, sibling) : Node(sibling, top);
        }

        return used == proof.Siblings.Count;
    }

    private static Hash256 Node(Hash256 left, Hash256 right)
    {
        Span<byte> bytes = stackalloc byte[1 + (2 * Hash256.Size)];
        bytes[0] = 0x01;
        left.CopyTo(bytes[1..]);
        right.CopyTo(bytes[(1 + Hash256.Size)..]);
        return Hash256.Of(bytes);
    }

    private static List<Hash256[]> Levels(Hash256[] leaves)
    {
        var levels = new List<Hash256[]> { leaves };
        while (levels[^1].Length > 1)
        {
            var below = levels[^1];
            var above = new Hash256[(below.Length + 1) / 2];
            for (var i = 0; i < above.Length; i++) above[i] = (2 * i) + 1 < below.Length ? Node(below[2 * i], below[(2 * i) + 1]) : below[2 * i];
            levels.Add(above);
        }

        return levels;
    }

    private static IEnumerable<Hash256> Path(List<Hash256[]> levels, int index)
    {
        for (var level = 0; level < levels.Count - 1; level++, index >>= 1)
        {
            var sibling = index ^ 1;
            if (sibling < levels[level].Length) yield return levels[level][sibling];
        }
    }
}
