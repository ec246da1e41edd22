using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Cli.Tests.Processes;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Market.Offers;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Tests.BadInput;

/// <summary>
/// Bad input of every kind at one small network of real daemons. Each test says what the clear answer is; after each, nothing may be lost: the
/// brokers go on, the order placed before everything stands in their book, a good offer is taken, and no stranger's fault is in their logs as an error of ours.
/// </summary>
[TestFixture]
[NonParallelizable]
internal sealed partial class BadInputTests
{
    private const int TestLimit = 60_000;

    /// <summary>Of the order that must outlive every test; no test bids as much.</summary>
    private const long StandingPrice = 4_321;

    private static readonly TimeSpan Slot = TimeSpan.FromMilliseconds(500);

    private RealNetwork _network = null!;
    private DevnetNode _scheduler = null!;
    private OrderView _standing = null!;
    private HandTrader _trader = null!;
    private ulong _sequence;

    /// <summary>The broker that is ill-treated.</summary>
    private DevnetNode Victim => _network.Nodes[0];

    private EpochMember VictimAsMember => _trader.Config.Members.Single(member => Libp2p.Identity.PeerId.FromBytes(member.Peer.Span).ToString() == Victim.PeerId);

    [OneTimeSetUp]
    public async Task StartNetwork()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(TestLimit));
        _network = await RealNetwork.StartAsync(2, Slot, limit.Token);
        _scheduler = await _network.AddAsync("scheduler", NodeRoles.Scheduler, limit.Token);
        _standing = await RealNetwork.PlaceAsync(_scheduler, "bid", StandingPrice, limit.Token, ttlSeconds: 600);
        _trader = await HandTrader.StartAsync(_network.Network, _network.Bootstrap, RealNetwork.Profile, limit.Token);
    }

    [OneTimeTearDown]
    public async Task StopNetwork()
    {
        if (_trader is not null) await _trader.DisposeAsync();
        if (_network is not null) await _network.DisposeAsync();
    }

    [TearDown]
    public async Task NothingIsLost()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        foreach (var broker in _network.Nodes.Take(2))
        {
            Assert.That(broker.HasExited, Is.False, $"{broker.Name} has ended");
            Assert.That((await RealNetwork.StatusAsync(broker, limit.Token)).Ready, $"{broker.Name} is ready");
            Assert.That((await File.ReadAllLinesAsync(broker.ConsoleFile)).Where(line => line.Contains(" ERR ", StringComparison.Ordinal)), Is.Empty);
        }

        await _trader.PlaceAsync(GoodOffer(), limit.Token);
        Assert.That((await BidsAsync(limit.Token)).Select(level => level.PriceMicros), Does.Contain(StandingPrice));
        var standing = await _scheduler.Api.GetAsync($"/v1/orders/{_standing.Id}", ApiJson.Default.OrderView, limit.Token);
        Assert.That(standing.State, Is.EqualTo(OrderState.Open));
    }

    /// <summary>An offer that is in the book at once, and that brokers soon forget.</summary>
    private Wire.Messages.Record GoodOffer(long price = 100) => _trader.Offer(Side.Bid, price, ++_sequence, body => (body.FirstSlot, body.LastSlot) = (_trader.Now.Value, _trader.Now.Value + 8));

    /// <summary>Of NUnit's seed, which a failure prints.</summary>
    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        TestContext.CurrentContext.Random.NextBytes(bytes);
        return bytes;
    }

    private async Task<IReadOnlyList<LevelView>> BidsAsync(CancellationToken stop) =>
        (await _scheduler.Api.GetAsync($"/v1/markets/{RealNetwork.Profile}/depth?levels=50", ApiJson.Default.QuoteView, stop)).Bids;

    /// <summary>Runs a verb against a node of the network.</summary>
    private static async Task<CommandResult> VerbAsync(DevnetNode node, string line)
    {
        using var command = new CommandLine();
        return await command.RunAsync([.. line.Split(' '), "--data", node.Directory]);
    }
}
