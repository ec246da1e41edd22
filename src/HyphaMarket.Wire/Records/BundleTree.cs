using Google.Protobuf;
using HyphaMarket.Market.Merkle;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire;

/// <summary>A bundle whose signature and root were found right: it gives each of its records the path that proves it to others.</summary>
public sealed class BundleTree
{
    private readonly RecordKind _kind;
    private readonly ByteString _bundle;
    private readonly ByteString _signature;
    private readonly ulong _workNonce;
    private readonly MerkleTree _tree;
    private readonly ReadOnlyMemory<byte>[] _bodies;

    internal BundleTree(WholeBundle bundle, ReadOnlyMemory<byte>[] bodies, MerkleTree tree) =>
        (_kind, _bundle, _signature, _workNonce, _bodies, _tree) = (bundle.Kind, bundle.Bundle, bundle.Signature, bundle.WorkNonce, bodies, tree);

    /// <summary>The record at a leaf, as it is sent alone. It holds on to none of the bodies beside its own, which are as large as a thousand of it.</summary>
    public Record RecordOf(int index)
    {
        var proof = new BundleProof { Bundle = _bundle, Signature = _signature, Index = (uint)index };
        foreach (var hash in _tree.Proof(index)) proof.Siblings.Add(UnsafeByteOperations.UnsafeWrap(hash.ToArray()));
        return new Record { Kind = _kind, Body = ByteString.CopyFrom(_bodies[index].Span), WorkNonce = _workNonce, Bundle = proof };
    }
}
