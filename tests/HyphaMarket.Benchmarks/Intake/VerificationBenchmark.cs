using BenchmarkDotNet.Attributes;
using HyphaMarket.Benchmarks.Matching;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Merkle;
using HyphaMarket.Node.Networking;

namespace HyphaMarket.Benchmarks.Intake;

/// <summary>What proves that an offer is its owner's: a signature, or a path to the root of a bundle that has one.</summary>
[MemoryDiagnoser]
[Config(typeof(InProcess))]
public class VerificationBenchmark : IDisposable
{
    /// <summary>The most offers of a bundle, and bytes of an offer's body.</summary>
    private const int Bundled = 1_024, BodyBytes = 200;

    private readonly KeyPair _keys = KeyPair.FromSeed(new byte[32]);
    private readonly PeerSignatureVerifier _verifier = new();
    private readonly byte[][] _bodies = [.. Enumerable.Range(0, Bundled).Select(number => Body(number))];
    private byte[] _signature = [];
    private ParticipantId _owner;
    private MerkleTree _tree = MerkleTree.FromLeaves(Array.Empty<byte[]>());
    private IReadOnlyList<Hash256> _path = [];

    [GlobalSetup]
    public void Make()
    {
        _signature = _keys.Sign(_bodies[0]);
        _owner = _keys.PeerId.ToParticipant();
        _tree = MerkleTree.FromLeaves(_bodies);
        _path = _tree.Proof(0);
    }

    /// <summary>By the backend that this system has: libsodium, else OpenSSL.</summary>
    [Benchmark]
    public bool CheckASignature() => _verifier.Verify(_owner, _bodies[0], _signature);

    /// <summary>One offer of 1,024, its body hashed.</summary>
    [Benchmark]
    public bool CheckAPath() => MerkleTree.Verify(_tree.Root, MerkleTree.HashLeaf(_bodies[0]), 0, Bundled, _path);

    /// <summary>All of a bundle that comes whole, bodies hashed: per offer.</summary>
    [Benchmark(OperationsPerInvoke = Bundled)]
    public Hash256 RootOfABundle() => MerkleTree.FromLeaves(_bodies).Root;

    public void Dispose()
    {
        _keys.Dispose();
        GC.SuppressFinalize(this);
    }

    private static byte[] Body(int number)
    {
        var body = new byte[BodyBytes];
        new Random(number).NextBytes(body);
        return body;
    }
}
