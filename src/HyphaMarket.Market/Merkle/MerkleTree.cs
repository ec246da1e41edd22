using System.Buffers;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Market.Merkle;

/// <summary>A binary hash tree over an ordered list: one root stands for all, and a short path proves one of them.</summary>
/// <remarks>
/// leaf = SHA-256(0x00 + data), node = SHA-256(0x01 + left + right); the prefixes keep a node from being passed off as a leaf.
/// An odd node at the end of a level goes up unchanged; it is not paired with itself, which would give two lists one root.
/// The root of no leaves is SHA-256 of no bytes, which no leaf and no node can have.
/// </remarks>
public sealed class MerkleTree
{
    /// <summary>Levels above the leaves of the largest tree, 2^31 leaves: the longest proof.</summary>
    public const int MaxDepth = 31;

    private static readonly Hash256 EmptyRoot = Hash256.Of([]);
    private readonly List<Hash256[]> _levels;

    private MerkleTree(List<Hash256[]> levels) => _levels = levels;

    /// <summary>The number of leaves.</summary>
    public int Count => _levels[0].Length;

    /// <summary>The hash that stands for the whole list.</summary>
    public Hash256 Root => Count == 0 ? EmptyRoot : _levels[^1][0];

    /// <summary>Builds the tree over leaf hashes, as <see cref="HashLeaf(ReadOnlySpan{byte})"/> gives them.</summary>
    public static MerkleTree FromLeafHashes(IEnumerable<Hash256> leafHashes) => OverLeafHashes([.. leafHashes]);

    /// <summary>The same over an array that is the tree's from now on.</summary>
    public static MerkleTree OverLeafHashes(Hash256[] leafHashes)
    {
        ArgumentNullException.ThrowIfNull(leafHashes);
        var level = leafHashes;
        var levels = new List<Hash256[]> { level };
        while (level.Length > 1)
        {
            var above = Above(level);
            levels.Add(above);
            level = above;
        }

        return new MerkleTree(levels);
    }

    private static Hash256[] Above(Hash256[] level)
    {
        var above = new Hash256[(level.Length + 1) / 2];
        var pairs = level.Length / 2;
        var bytes = ArrayPool<byte>.Shared.Rent(pairs * 2 * Hash256.Size);
        var messages = ArrayPool<ReadOnlyMemory<byte>>.Shared.Rent(pairs);
        for (var i = 0; i < 2 * pairs; i++) level[i].CopyTo(bytes.AsSpan(i * Hash256.Size));
        for (var i = 0; i < pairs; i++) messages[i] = bytes.AsMemory(i * 2 * Hash256.Size, 2 * Hash256.Size);

        HashBatch.Of([0x01], messages.AsSpan(0, pairs), above);
        ArrayPool<ReadOnlyMemory<byte>>.Shared.Return(messages, clearArray: true);
        ArrayPool<byte>.Shared.Return(bytes);
        if (level.Length % 2 == 1) above[^1] = level[^1];
        return above;
    }

    /// <summary>Builds the tree over the data of the leaves.</summary>
    public static MerkleTree FromLeaves(IEnumerable<ReadOnlyMemory<byte>> leaves) => FromLeafHashes(leaves.Select(leaf => HashLeaf(leaf.Span)));

    /// <inheritdoc cref="FromLeaves(IEnumerable{ReadOnlyMemory{byte}})"/>
    public static MerkleTree FromLeaves(IEnumerable<byte[]> leaves) => FromLeafHashes(leaves.Select(leaf => HashLeaf(leaf)));

    /// <summary>SHA-256(0x00 + data).</summary>
    public static Hash256 HashLeaf(ReadOnlySpan<byte> data) => HashLeaf(data, [], []);

    /// <summary>SHA-256(0x00 + first + second + third): the leaf of their concatenation, without building it.</summary>
    public static Hash256 HashLeaf(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third) => Hash256.Of([0x00], first, second, third);

    /// <summary>SHA-256(0x01 + left + right).</summary>
    public static Hash256 HashNode(Hash256 left, Hash256 right)
    {
        Span<byte> bytes = stackalloc byte[1 + 2 * Hash256.Size];
        bytes[0] = 0x01;
        left.CopyTo(bytes[1..]);
        right.CopyTo(bytes[(1 + Hash256.Size)..]);
        return Hash256.Of(bytes);
    }

    /// <summary>The siblings that join a leaf to the root, from the leaf upwards; levels where the node goes up unchanged add none.</summary>
    /// <param name="index">From 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such leaf.</exception>
    public IReadOnlyList<Hash256> Proof(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var siblings = new List<Hash256>();
        for (var height = 0; height < _levels.Count - 1; height++, index /= 2)
        {
            var sibling = index ^ 1;
            if (sibling < _levels[height].Length) siblings.Add(_levels[height][sibling]);
        }

        return siblings;
    }

    /// <summary>Whether the leaf is at <paramref name="index"/> in the list of <paramref name="count"/> leaves that <paramref name="root"/> stands for.</summary>
    /// <remarks>The count is needed because it decides where a node goes up unchanged; it must come from signed bytes. Any input is safe; a wrong one is false.</remarks>
    public static bool Verify(Hash256 root, Hash256 leafHash, long index, long count, IReadOnlyList<Hash256> siblings)
    {
        if (index < 0 || index >= count || count > int.MaxValue || siblings.Count > MaxDepth) return false;
        var node = leafHash;
        var used = 0;
        for (var width = count; width > 1; width = (width + 1) / 2, index /= 2)
        {
            if ((index ^ 1) >= width) continue; // the odd node at the end of its level
            if (used == siblings.Count) return false;
            var sibling = siblings[used++];
            node = (index & 1) == 0 ? HashNode(node, sibling) : HashNode(sibling, node);
        }

        return used == siblings.Count && node == root;
    }
}
