using System.Security.Cryptography;
using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Interop.Tests.Dht;

/// <summary>Ten nodes, five of each kind, in one DHT that all tests of the fixture share: each uses keys of its own.</summary>
[CancelAfter(180_000)]
public sealed class MixedDhtTests
{
    private const int OfEachKind = 5;

    private MixedDht _dht = null!;

    private static TestCaseData[] BothKinds =>
    [
        new TestCaseData(typeof(NetDhtNode)).SetArgDisplayNames("Net"),
        new TestCaseData(typeof(JsDhtNode)).SetArgDisplayNames("Js"),
    ];

    [OneTimeSetUp]
    public async Task StartDht()
    {
        await JsToolchain.RequireAsync();
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        _dht = await MixedDht.StartAsync(OfEachKind, timeout.Token);
    }

    [OneTimeTearDown]
    public async Task StopDht()
    {
        // Null where the set-up ended early.
        if (_dht is not null) await _dht.DisposeAsync();
    }

    [Test]
    public async Task EveryNode_AskedForTheClosestPeers_GivesTheOrderThatXorGives(CancellationToken cancellationToken)
    {
        for (var round = 0; round < 3; round++)
        {
            var key = TestBytes.Random(32);
            foreach (var node in _dht.Nodes)
            {
                var found = await node.ClosestPeersAsync(key, cancellationToken);

                Assert.That(found, Is.EqualTo(XorDistance.Nearest(key, _dht.Ids.Where(id => id != node.Id))), $"asked of {node} for {Convert.ToHexStringLower(key)}");
            }
        }
    }

    [TestCaseSource(nameof(BothKinds))]
    public async Task AProvider_IsFoundByEveryOtherNode(Type kind, CancellationToken cancellationToken)
    {
        var provider = NodeOf(kind);
        byte[] multihash = [0x12, 0x20, .. SHA256.HashData(TestBytes.Random(32))];

        var storedAt = await provider.ProvideAsync(multihash, cancellationToken);

        Assert.That(storedAt, Is.EqualTo(_dht.Nodes.Count - 1), "k is larger than the network, so everybody holds the record");
        foreach (var node in Others(provider))
        {
            Assert.That(await node.FindProvidersAsync(multihash, cancellationToken), Is.EqualTo(new[] { provider.Id }), $"asked of {node}");
        }
    }

    [TestCaseSource(nameof(BothKinds))]
    public async Task AValue_PutByOne_IsGotByEveryOther(Type kind, CancellationToken cancellationToken)
    {
        var writer = NodeOf(kind);
        var key = $"/hypha/interop-{Convert.ToHexStringLower(TestBytes.Random(8))}";
        var value = TestBytes.Random(100);

        var storedAt = await writer.PutAsync(key, value, cancellationToken);

        Assert.That(storedAt, Is.EqualTo(_dht.Nodes.Count - 1), "k is larger than the network, so everybody holds the record");
        foreach (var node in Others(writer))
        {
            Assert.That(await node.GetAsync(key, cancellationToken), Is.EqualTo(value), $"asked of {node}");
        }
    }

    [Test]
    public async Task NodesThatJoinLater_FindTheProviderAndTheValueThroughOneContactOfTheOtherKind(CancellationToken cancellationToken)
    {
        byte[] multihash = [0x12, 0x20, .. SHA256.HashData(TestBytes.Random(32))];
        var key = $"/hypha/interop-{Convert.ToHexStringLower(TestBytes.Random(8))}";
        var value = TestBytes.Random(100);
        await NodeOf(typeof(NetDhtNode)).ProvideAsync(multihash, cancellationToken);
        await NodeOf(typeof(JsDhtNode)).ProvideAsync(multihash, cancellationToken);
        await NodeOf(typeof(NetDhtNode)).PutAsync(key, value, cancellationToken);
        PeerId[] providers = [NodeOf(typeof(NetDhtNode)).Id, NodeOf(typeof(JsDhtNode)).Id];

        // They hold no record themselves, so everything that they answer came over the network.
        await using var net = await NetDhtNode.StartAsync(client: true);
        await net.DialAsync(_dht.Nodes.OfType<JsDhtNode>().Last(), cancellationToken);
        await Eventually.HoldsAsync("the newcomer has its contact", net.TableSizeAsync, size => size >= 1);
        await using var js = await JsDhtNode.StartAsync(client: true);
        await js.DialAsync(_dht.Nodes.OfType<NetDhtNode>().Last(), cancellationToken);
        await Eventually.HoldsAsync("the newcomer has its contact", js.TableSizeAsync, size => size >= 1);

        Assert.That(await net.FindProvidersAsync(multihash, cancellationToken), Is.EquivalentTo(providers));
        Assert.That(await net.GetAsync(key, cancellationToken), Is.EqualTo(value));
        Assert.That(await js.FindProvidersAsync(multihash, cancellationToken), Is.EquivalentTo(providers));
        Assert.That(await js.GetAsync(key, cancellationToken), Is.EqualTo(value));
        // Clients are nobody's contacts: the closest peers are still the ten.
        var asked = _dht.Nodes[0];
        Assert.That(await asked.ClosestPeersAsync(multihash, cancellationToken), Is.EquivalentTo(_dht.Ids.Where(id => id != asked.Id)));
    }

    private IDhtNode NodeOf(Type kind) => _dht.Nodes.First(kind.IsInstanceOfType);

    private IEnumerable<IDhtNode> Others(IDhtNode node) => _dht.Nodes.Where(other => other != node);
}
