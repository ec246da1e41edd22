using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Kademlia.Storage;
using HyphaMarket.Libp2p.Tests.Kademlia.Storage;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Driver;

/// <summary>Nodes with a DHT over hosts without sockets, on a clock that stands still until the test moves it.</summary>
[CancelAfter(HangMs)]
public abstract class KademliaDhtFixture
{
    protected const string Protocol = "/ipfs/kad/1.0.0";

    // The clock of the DHTs is the test's, so this bounds a hang and nothing else; a busy machine needs seconds at most.
    private const int HangMs = 180_000;
    private protected static readonly TimeSpan Hang = TimeSpan.FromMilliseconds(HangMs);

    private protected ManualTime Time { get; private set; } = null!;
    private protected MemoryNetwork Network { get; private set; } = null!;
    private protected List<(MemoryHost Host, KademliaDht Dht)> Nodes { get; private set; } = null!;
    private protected KademliaOptions Options { get; } = new() { Protocol = Protocol, Mode = KademliaMode.Server, Validators = [new CountingValidator(), new PublicKeyValidator()] };

    [SetUp]
    public void SetUp()
    {
        Time = new ManualTime();
        Network = new MemoryNetwork(Time);
        Nodes = [];
    }

    [TearDown]
    public async Task TearDown()
    {
        foreach (var (host, dht) in Nodes)
        {
            await dht.DisposeAsync();
            await host.DisposeAsync();
        }
    }

    private protected async Task GrowAsync(int servers, CancellationToken cancel)
    {
        while (Nodes.Count < servers) await JoinAsync(Options, cancel);
        // Those who came first learn of the later ones as they would within a refresh.
        foreach (var (_, dht) in Nodes) await dht.RefreshAsync(cancel);
    }

    private protected async Task<(MemoryHost Host, KademliaDht Dht)> JoinAsync(KademliaOptions options, CancellationToken cancel)
    {
        var host = Network.Create();
        var dht = new KademliaDht(host, options, random: new Random(Nodes.Count));
        dht.Start();
        await dht.Bootstrapped.WaitAsync(cancel);
        if (Nodes.Count > 0) await host.ConnectAsync(Nodes[0].Host.Id, Nodes[0].Host.Addresses, cancel);
        Nodes.Add((host, dht));
        await dht.RefreshAsync(cancel);
        return Nodes[^1];
    }

    private protected List<PeerId> ClosestTo(byte[] key, params PeerId[] except) =>
        TestPeers.Closest(Nodes.Where(n => n.Dht.Mode == KademliaMode.Server).Select(n => n.Host.Id).Except(except), KadKey.Of(key), 20);

    private protected List<PeerId> ClosestTo(byte[] key, PeerId except) => ClosestTo(key, [except]);

    // Background work has no task to await here: looks again until it is done, bounded by the test's own deadline.
    private protected static async Task UntilAsync(Func<bool> condition, CancellationToken cancel)
    {
        while (!condition()) await Task.Delay(1, cancel);
    }
}
