using Google.Protobuf;
using HyphaMarket.Market.Merkle;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire;

/// <summary>A bundle whose signature and root were found right: it gives each of its records the path that proves it to others.</summary>
public sealed class BundleTree
{
    private readonly WholeBundle _bundle;
    private readonly MerkleTree _tree;

    internal BundleTree(WholeBundle bundle, MerkleTree tree) => (_bundle, _tree) = (bundle, tree);

    /// <summary>The record at a leaf, as it is sent alone.</summary>
    public Record RecordOf(RecordKind kind, ByteString body, int index)
    {
        var proof = new BundleProof { Bundle = _bundle.Bundle, Signature = _bundle.Signature, Index = (uint)index };
        foreach (var hash in _tree.Proof(index)) proof.Siblings.Add(UnsafeByteOperations.UnsafeWrap(hash.ToArray()));
        return new Record { Kind = kind, Body = body, WorkNonce = _bundle.WorkNonce, Bundle = proof };
    }
}
