using System.Security.Cryptography;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Merkle;

namespace HyphaMarket.Market.Tests.Merkle;

public sealed class MerkleTreeTests
{
    private static byte[][] Leaves(int count) => [.. Enumerable.Range(0, count).Select(i => BitConverter.GetBytes(i))];

    private static byte[] Sha(params byte[][] parts) => SHA256.HashData([.. parts.SelectMany(part => part)]);

    [Test]
    public void NoLeaves_HaveTheHashOfNothingAsRoot() => Assert.That(
        MerkleTree.FromLeaves(Leaves(0)).Root.ToString(),
        Is.EqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));

    [Test]
    public void OneLeaf_IsTheRoot() => Assert.That(MerkleTree.FromLeaves([[0xab]]).Root.ToArray(), Is.EqualTo(Sha([0x00], [0xab])));

    [Test]
    public void OddNode_GoesUpUnchanged()
    {
        byte[][] hashes = [Sha([0x00], [1]), Sha([0x00], [2]), Sha([0x00], [3])];
        Assert.That(MerkleTree.FromLeaves([[1], [2], [3]]).Root.ToArray(), Is.EqualTo(Sha([0x01], Sha([0x01], hashes[0], hashes[1]), hashes[2])));
    }

    [Test]
    public void LeafInThreeParts_EqualsTheLeafOfTheirConcatenation() =>
        Assert.That(MerkleTree.HashLeaf([1], [2, 3], [4]), Is.EqualTo(MerkleTree.HashLeaf([1, 2, 3, 4])));

    [Test]
    public void EveryProof_OfEverySizeUpToForty_Verifies()
    {
        for (var count = 1; count <= 40; count++)
        {
            var leaves = Leaves(count);
            var tree = MerkleTree.FromLeaves(leaves);
            for (var index = 0; index < count; index++)
            {
                Assert.That(MerkleTree.Verify(tree.Root, MerkleTree.HashLeaf(leaves[index]), index, count, tree.Proof(index)), Is.True, $"{index} of {count}");
            }
        }
    }

    [Test]
    public void Proof_WithAnythingChanged_IsFalse()
    {
        const int Count = 11;
        var leaves = Leaves(Count);
        var tree = MerkleTree.FromLeaves(leaves);
        for (var index = 0; index < Count; index++)
        {
            var leaf = MerkleTree.HashLeaf(leaves[index]);
            var proof = tree.Proof(index);
            for (var other = -1; other <= Count; other++)
            {
                if (other != index) Assert.That(MerkleTree.Verify(tree.Root, leaf, other, Count, proof), Is.False, $"index {index} as {other}");
            }

            for (var i = 0; i < proof.Count; i++)
            {
                Hash256[] changed = [.. proof];
                changed[i] = Hash256.Of([(byte)i]);
                Assert.That(MerkleTree.Verify(tree.Root, leaf, index, Count, changed), Is.False);
            }

            Assert.That(MerkleTree.Verify(tree.Root, leaf, index, Count, [.. proof.Take(proof.Count - 1)]), Is.False);
            Assert.That(MerkleTree.Verify(tree.Root, leaf, index, Count, [.. proof, proof[0]]), Is.False);
            Assert.That(MerkleTree.Verify(tree.Root, Hash256.Of([1]), index, Count, proof), Is.False);
            Assert.That(MerkleTree.Verify(Hash256.Of([1]), leaf, index, Count, proof), Is.False);
        }
    }

    [Test]
    public void Node_IsNoLeaf()
    {
        var leaves = Leaves(4);
        var tree = MerkleTree.FromLeaves(leaves);
        var node = MerkleTree.HashNode(MerkleTree.HashLeaf(leaves[0]), MerkleTree.HashLeaf(leaves[1]));
        byte[] nodeData = [.. MerkleTree.HashLeaf(leaves[0]).ToArray(), .. MerkleTree.HashLeaf(leaves[1]).ToArray()];
        Assert.That(MerkleTree.HashLeaf(nodeData), Is.Not.EqualTo(node));
        Assert.That(MerkleTree.Verify(tree.Root, MerkleTree.HashLeaf(nodeData), 0, 2, [tree.Proof(0)[1]]), Is.False);
    }

    [TestCase(0)]
    [TestCase(long.MaxValue)]
    public void ImpossibleCount_IsFalseAndNotAnException(long count) =>
        Assert.That(MerkleTree.Verify(default, default, 0, count, [.. new Hash256[40]]), Is.False);
}
