using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Merkle;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire;

/// <summary>One signature for up to 1,024 records of one owner. They travel together, hashed once, or each alone with its Merkle path to the signed root.</summary>
public static class Bundles
{
    /// <summary>The most leaves of a bundle: ten levels, so a path has at most 320 bytes.</summary>
    public const int MaxSize = 1024;

    private const int MaxPath = 10;

    /// <summary>A bundle's body has an owner of 64 bytes at the most, a size, a root, and no room for more: it goes with each of a thousand records.</summary>
    private const int MaxHeaderSize = 128;

    /// <summary>Leaf = SHA-256(0x00 + tag + network id + body).</summary>
    public static Hash256 Leaf(NetworkId network, RecordKind kind, ReadOnlySpan<byte> body)
    {
        Span<byte> id = stackalloc byte[Hash256.Size];
        network.Value.CopyTo(id);
        return MerkleTree.HashLeaf(DomainTags.Of(kind), id, body);
    }

    /// <summary>The id of a bundle, over which its work is proven: SHA-256(bundle's tag + its body).</summary>
    public static Hash256 IdOf(ByteString bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return Hash256.Of(DomainTags.Bundle, bundle.Span);
    }

    /// <summary>What a record's work is proven over, and for how many records: its own id, or its bundle's.</summary>
    /// <param name="id">The record's.</param>
    public static (Hash256 Subject, int Size) WorkOf(Record record, RecordId id)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.AuthorisationCase == Record.AuthorisationOneofCase.Bundle && TryReadHeader(record.Bundle.Bundle) is { } header
            ? (IdOf(record.Bundle.Bundle), (int)header.Size)
            : (id.Value, 1);
    }

    /// <summary>Signs many bodies of one kind at once. The work is left to the caller: a nonce over <see cref="IdOf"/>.</summary>
    /// <exception cref="ArgumentException">No body, or more than <see cref="MaxSize"/>.</exception>
    public static WholeBundle SignWhole(NetworkId network, RecordKind kind, IReadOnlyList<ByteString> bodies, ISigner signer)
    {
        ArgumentNullException.ThrowIfNull(bodies);
        ArgumentNullException.ThrowIfNull(signer);
        if (bodies.Count is 0 or > MaxSize) throw new ArgumentException($"A bundle has 1 to {MaxSize} records, not {bodies.Count}.", nameof(bodies));
        var bundle = new BundleBody
        {
            Owner = ByteString.CopyFrom(signer.Id.Span),
            Size = (uint)bodies.Count,
            Root = ByteString.CopyFrom(TreeOf(network, kind, [.. bodies.Select(body => body.Memory)]).Root.ToArray()),
        }.ToByteString();
        var signature = ByteString.CopyFrom(signer.Sign(SignedRecords.SigningBytes(network, DomainTags.Bundle, bundle.Span)));
        return new WholeBundle { Kind = kind, Bundle = bundle, Signature = signature, Bodies = { bodies } };
    }

    /// <summary>The records of a bundle one by one, in the order of its bodies, each with its path and the bundle's nonce.</summary>
    public static IReadOnlyList<Record> Split(NetworkId network, WholeBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var bodies = BodiesOf(bundle);
        var tree = new BundleTree(bundle, bodies, TreeOf(network, bundle.Kind, bodies));
        return [.. bodies.Select((_, index) => tree.RecordOf(index))];
    }

    /// <summary>Signs many bodies of one kind at once; the records come back one by one, in the order of the bodies.</summary>
    /// <exception cref="ArgumentException">No body, or more than <see cref="MaxSize"/>.</exception>
    public static IReadOnlyList<Record> Sign(NetworkId network, RecordKind kind, IReadOnlyList<ByteString> bodies, ISigner signer) => Split(network, SignWhole(network, kind, bodies, signer));

    /// <summary>A bundle's body, if it has the form of one; null for another.</summary>
    public static BundleBody? TryReadHeader(ByteString bundle) =>
        bundle.Length <= MaxHeaderSize && StrictParser.TryParse(BundleBody.Parser, bundle, out var header) && header.Size is > 0 and <= MaxSize && header.Root.Length == Hash256.Size ? header : null;

    /// <summary>Whether the record's path leads to a bundle root that the signer signed.</summary>
    public static bool Verify(NetworkId network, Record record, ParticipantId signer, ISignatureVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(verifier);
        var proof = record.Bundle;
        if (proof is null || proof.Signature.Length != SignedRecords.SignatureSize || proof.Siblings.Count > MaxPath) return false;
        if (TryReadHeader(proof.Bundle) is not { } bundle || proof.Index >= bundle.Size || !bundle.Owner.Span.SequenceEqual(signer.Span)) return false;
        var root = new Hash256(bundle.Root.Span);
        var siblings = new Hash256[proof.Siblings.Count];
        for (var i = 0; i < siblings.Length; i++)
        {
            if (!Hash256.TryFromBytes(proof.Siblings[i].Span, out siblings[i])) return false;
        }

        if (!MerkleTree.Verify(root, Leaf(network, record.Kind, record.Body.Span), proof.Index, bundle.Size, siblings)) return false;
        return verifier.Verify(signer, SignedRecords.SigningBytes(network, DomainTags.Bundle, proof.Bundle.Span), proof.Signature.Span);
    }

    /// <summary>Checks a bundle that came whole: one signature, and each body hashed once.</summary>
    /// <param name="header">As <see cref="TryReadHeader"/> read it of this bundle; its size is the number of bodies.</param>
    /// <param name="bodies">As <see cref="BodiesOf"/> gives them.</param>
    /// <returns>Null where the signature is not its owner's or the root is another.</returns>
    public static BundleTree? Verify(NetworkId network, WholeBundle bundle, BundleBody header, ReadOnlyMemory<byte>[] bodies, ISignatureVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(bodies);
        ArgumentNullException.ThrowIfNull(verifier);
        if (bundle.Signature.Length != SignedRecords.SignatureSize || header.Size != bodies.Length || !ParticipantId.TryFromBytes(header.Owner.Span, out var owner)) return null;
        // A signature costs less than the hashes of a bundle worth its name.
        if (!verifier.Verify(owner, SignedRecords.SigningBytes(network, DomainTags.Bundle, bundle.Bundle.Span), bundle.Signature.Span)) return null;
        var tree = TreeOf(network, bundle.Kind, bodies);
        return tree.Root == new Hash256(header.Root.Span) ? new BundleTree(bundle, bodies, tree) : null;
    }

    /// <summary>The record ids of many bodies of one kind.</summary>
    public static Hash256[] IdsOf(RecordKind kind, ReadOnlySpan<ReadOnlyMemory<byte>> bodies) => HashesOf(DomainTags.Of(kind), bodies);

    /// <summary>How many answers a bundle gets: one for each record, and one that has none gets one too.</summary>
    public static int AnswersTo(WholeBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return Math.Max(1, bundle.Bodies.Count);
    }

    /// <summary>The bodies in a bundle, where they lie.</summary>
    public static ReadOnlyMemory<byte>[] BodiesOf(WholeBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var bodies = new ReadOnlyMemory<byte>[bundle.Bodies.Count];
        for (var i = 0; i < bodies.Length; i++) bodies[i] = bundle.Bodies[i].Memory;
        return bodies;
    }

    private static MerkleTree TreeOf(NetworkId network, RecordKind kind, ReadOnlySpan<ReadOnlyMemory<byte>> bodies) =>
        MerkleTree.OverLeafHashes(HashesOf([0x00, .. DomainTags.Of(kind), .. network.Value.ToArray()], bodies));

    private static Hash256[] HashesOf(ReadOnlySpan<byte> prefix, ReadOnlySpan<ReadOnlyMemory<byte>> bodies)
    {
        var hashes = new Hash256[bodies.Length];
        HashBatch.Of(prefix, bodies, hashes);
        return hashes;
    }
}
