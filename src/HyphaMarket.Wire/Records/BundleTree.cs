using Google.Protobuf;
using HyphaMarket.Market.Merkle;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire;

/// <summary>A bundle whose signature and root were found right: it gives each of its records the path that proves it to others.</summary>
public sealed class BundleTree
{
    // Not the bundle itself: what is left of it must not keep all its bodies alive.
    private readonly ByteString _bundle;
    private readonly ByteString _signature;
    private readonly ulong _workNonce;
    private readonly MerkleTree _tree;

    internal BundleTree(WholeBundle bundle, MerkleTree tree) => (_bundle, _signature, _workNonce, _tree) = (bundle.Bundle, bundle.Signature, bundle.WorkNonce, tree);

    /// <summary>The record at a leaf, as it is sent alone.</summary>
    public Record RecordOf(RecordKind kind, ByteString body, int index)
    {
        var proof = new BundleProof { Bundle = _bundle, Signature = _signature, Index = (uint)index };
        foreach (var hash in _tree.Proof(index)) proof.Siblings.Add(UnsafeByteOperations.UnsafeWrap(hash.ToArray()));
        return new Record { Kind = kind, Body = body, WorkNonce = _workNonce, Bundle = proof };
    }
}
