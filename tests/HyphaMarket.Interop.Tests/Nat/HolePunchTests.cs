using HyphaMarket.Interop.Tests.Echo;
using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.AutoNat.Observed;
using HyphaMarket.Libp2p.HolePunching;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Client;

namespace HyphaMarket.Interop.Tests.Nat;

/// <summary>
/// DCUtR over a relay of ours, between one node of each kind. js dials from any port and not from the one it listens on, so through two NATs it cannot meet anybody: what
/// it can do is to dial a public peer, and to be dialled as one. Where both are behind NATs the tests see that each understands the other to the last message.
/// </summary>
[CancelAfter(240_000)]
[Parallelizable(ParallelScope.All)]
public sealed class HolePunchTests : NatFixture
{
    private const int Port = 4001;
    private const int EchoBytes = 10_000;

    /// <summary>What js gives each attempt. A dial into the void takes all of it, and the exchange before it takes milliseconds, or what a busy machine needs.</summary>
    private const int AttemptMilliseconds = 10_000;

    [Test]
    public async Task Js_BehindANat_IsMetOverARelay_AndDialsThePublicNet(CancellationToken cancellationToken)
    {
        var relay = await RelayAsync();
        var (js, outerIp) = await JsBehindNatAsync(relay);
        var (net, _) = await Network.AddPublicAsync(Options);
        await using var puncher = PrepareDialler(net, out var observed);
        using (observed)
        {
            var direct = FirstDirect(net, js.Id);

            await net.ConnectAsync(PeerId.Parse(js.Id), [CircuitOf(relay, js.Id)], cancellationToken);
            var found = await direct.WaitAsync(cancellationToken);

            Assert.That(found.Direction, Is.EqualTo(ConnectionDirection.Inbound));
            Assert.That(found.RemoteAddress.ToString(), Does.StartWith($"/ip4/{outerIp}/tcp/"), "it came through the router");
            await js.WaitForLogAsync($"unilateral connection upgrade to {net.Id} succeeded");
            await EchoBothWaysAsync(net, js, cancellationToken);
            await Eventually.HoldsAsync("js has closed the relayed connection", () => js.HasLimitedAsync(net.Id.ToString()), limited => !limited);
        }
    }

    [Test]
    public async Task Net_BehindANat_IsMetOverARelay_AndDialsThePublicJs(CancellationToken cancellationToken)
    {
        var relay = await RelayAsync();
        var (net, outerIp) = await Network.AddBehindNatAsync(options: Options);
        await using var target = await ReserveAsync(net, relay, cancellationToken);
        var (machine, ip) = Network.AddPublicNetwork();
        var js = await StartJsAsync(machine, JsOptions([$"/ip4/{ip}/tcp/{Port}"], [$"/ip4/{ip}/tcp/{Port}"]));
        await js.ServeEchoAsync(NetEcho.Protocol);
        var direct = FirstDirect(net, js.Id);

        await js.DialAsync(CircuitOf(relay, net.Id.ToString()).ToString());
        var result = await target.Result.WaitAsync(cancellationToken);
        var found = await direct.WaitAsync(cancellationToken);

        Assert.That((result.Outcome, result.Attempts), Is.EqualTo((HolePunchOutcome.Dialled, 0)), result.Failure);
        Assert.That((found.Direction, found.RemoteAddress.ToString()), Is.EqualTo((ConnectionDirection.Outbound, $"/ip4/{ip}/tcp/{Port}")));
        Assert.That(await js.DirectAddressesAsync(net.Id.ToString()), Has.One.StartsWith($"/ip4/{outerIp}/tcp/"), "js sees the router");
        await EchoBothWaysAsync(net, js, cancellationToken);
    }

    [Test]
    public async Task Js_BehindANat_LeadsThreeAttempts_WithNetBehindAnother_AndTheRelayGoesOn(CancellationToken cancellationToken)
    {
        var relay = await RelayAsync();
        var (js, outerJs) = await JsBehindNatAsync(relay);
        var (net, outerNet) = await Network.AddBehindNatAsync(options: Options);
        await using var puncher = PrepareDialler(net, out var observed);
        using (observed)
        {
            await ObserveAsync(net, observed, relay, cancellationToken);

            await net.ConnectAsync(PeerId.Parse(js.Id), [CircuitOf(relay, js.Id)], cancellationToken);
            await js.WaitForLogAsync("error while attempting DCUtR on attempt 3 of 3");

            TestContext.Out.WriteLine(string.Join(Environment.NewLine, js.Log));
            Assert.That(js.Log.Count(line => line.StartsWith("A sending sync", StringComparison.Ordinal)), Is.EqualTo(3), "js understood our connect message each time");
            Assert.That(js.Log.Where(line => line.StartsWith("B dialing", StringComparison.Ordinal)), Has.Exactly(3).Contains($"/ip4/{outerNet}/tcp/{Port}"), "and dialled what it named");
            Assert.That(net.IsConnected(PeerId.Parse(js.Id)), Is.False);
            await EchoOverTheRelayAsync(net, js, cancellationToken);
        }
    }

    [Test]
    public async Task Net_BehindANat_LeadsThreeAttempts_WithJsBehindAnother_AndTheRelayGoesOn(CancellationToken cancellationToken)
    {
        var relay = await RelayAsync();
        var (net, outerNet) = await Network.AddBehindNatAsync(options: Options);
        await using var target = await ReserveAsync(net, relay, cancellationToken);
        await ObserveAsync(net, target.Observed, relay, cancellationToken);
        var (machine, ip, outerJs) = Network.AddNetworkBehindNat();
        var js = await StartJsAsync(machine, JsOptions([$"/ip4/{ip}/tcp/{Port}"], [$"/ip4/{outerJs}/tcp/{Port}"]));
        await js.ServeEchoAsync(NetEcho.Protocol);

        await js.DialAsync(CircuitOf(relay, net.Id.ToString()).ToString());
        var result = await target.Result.WaitAsync(cancellationToken);

        TestContext.Out.WriteLine(result);
        Assert.That((result.Outcome, result.Attempts, result.Failure), Is.EqualTo((HolePunchOutcome.Failed, 3, "the peers did not meet in 3 attempts")));
        Assert.That(js.Log.Where(line => line.StartsWith("A dialing", StringComparison.Ordinal)), Has.Exactly(3).Contains($"/ip4/{outerNet}/tcp/{Port}"), "js understood connect and sync each time");
        Assert.That(net.IsConnected(PeerId.Parse(js.Id)), Is.False);
        await EchoOverTheRelayAsync(net, js, cancellationToken);
    }

    private static Multiaddr CircuitOf(Host relay, string peer) => Multiaddr.Parse($"{relay.ListenAddresses[0]}/p2p/{relay.Id}/p2p-circuit/p2p/{peer}");

    private static JsPeerOptions JsOptions(IReadOnlyList<string> listen, IReadOnlyList<string> announce) =>
        new JsPeerOptions { Listen = listen, Announce = announce }.With("relay").With("dcutr", new { timeout = AttemptMilliseconds }).With("log", new { components = new[] { "libp2p:dcutr" } });

    private async Task<Host> RelayAsync()
    {
        var (relay, _) = await Network.AddPublicAsync(Options);
        Network.MakeRelay(relay);
        return relay;
    }

    /// <summary>A js peer with a place on the relay. It announces its router's address with its own port, as one would whose NAT keeps ports.</summary>
    private async Task<(JsPeer Js, string OuterIp)> JsBehindNatAsync(Host relay)
    {
        var (machine, ip, outerIp) = Network.AddNetworkBehindNat();
        var js = await StartJsAsync(machine, JsOptions([$"/ip4/{ip}/tcp/{Port}", $"{relay.ListenAddresses[0]}/p2p/{relay.Id}/p2p-circuit"], [$"/ip4/{outerIp}/tcp/{Port}"]));
        await js.ServeEchoAsync(NetEcho.Protocol);
        await Eventually.HoldsAsync("js advertises a relayed address", js.CurrentAddressesAsync, addresses => addresses.Any(address => address.Contains("/p2p-circuit", StringComparison.Ordinal)));
        return (js, outerIp);
    }

    private static void ServeEcho(Host host) => host.Handle(NetEcho.Protocol, NetEcho.ServeAsync, new StreamLimits(16, 16) { AllowLimited = true });

    private static HolePuncher PrepareDialler(Host host, out ObservedAddressMonitor observed)
    {
        ServeEcho(host);
        observed = new ObservedAddressMonitor(host);
        host.AddTransport(new CircuitTransport(host));
        return HolePuncher.Start(host, observed);
    }

    /// <summary>Has a host hear from the relay and another public host where it comes from.</summary>
    private async Task ObserveAsync(Host host, ObservedAddressMonitor observed, Host relay, CancellationToken cancellationToken)
    {
        var (second, _) = await Network.AddPublicAsync(Options);
        foreach (var server in new[] { relay, second }) await host.ConnectAsync(server.Id, server.ListenAddresses, cancellationToken);
        await Eventually.HoldsAsync("the host knows its outer address", () => Task.FromResult(observed.Predictions), predictions => predictions.Count > 0);
    }

    private static async Task<Target> ReserveAsync(Host host, Host relay, CancellationToken cancellationToken)
    {
        ServeEcho(host);
        var observed = new ObservedAddressMonitor(host);
        var client = RelayClient.Start(
            host, new RelayClientOptions { Mode = RelayClientMode.Always, Relays = [relay.ListenAddresses[0].WithPeer(relay.Id)], WantedReservations = 1, RequestTimeout = TimeSpan.FromSeconds(30) });
        // js answers the next attempt only when its dial of the last one is over.
        var puncher = HolePuncher.Start(host, observed, new HolePunchOptions { MessageTimeout = TimeSpan.FromMilliseconds(2 * AttemptMilliseconds) });
        await host.ConnectAsync(relay.Id, relay.ListenAddresses, cancellationToken);
        await Eventually.HoldsAsync("a reservation is held", () => Task.FromResult(client.Reservations.Count), count => count == 1);
        return new Target(observed, client, puncher);
    }

    private static Task<ConnectionInfo> FirstDirect(Host host, string peer)
    {
        var found = new TaskCompletionSource<ConnectionInfo>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.ConnectionOpened += connection =>
        {
            if (connection.Peer.ToString() == peer && !connection.IsLimited) found.TrySetResult(connection);
        };
        return found.Task;
    }

    private static async Task EchoBothWaysAsync(Host net, JsPeer js, CancellationToken cancellationToken)
    {
        var (sent, received) = await NetEcho.RoundTripAsync(net, PeerId.Parse(js.Id), TestBytes.Random(EchoBytes), cancellationToken);
        Assert.That(received, Is.EqualTo(sent));
        await js.DirectEchoAsync(net.Id.ToString(), NetEcho.Protocol, EchoBytes);
    }

    private static async Task EchoOverTheRelayAsync(Host net, JsPeer js, CancellationToken cancellationToken)
    {
        var (sent, received) = await NetEcho.RoundTripAsync(net, PeerId.Parse(js.Id), TestBytes.Random(EchoBytes), cancellationToken, new StreamOptions { AllowLimited = true });
        Assert.That(received, Is.EqualTo(sent));
        await js.RelayedEchoAsync(net.Id.ToString(), NetEcho.Protocol, EchoBytes);
    }

    /// <summary>What makes a host one that is met over a relay, and how its first upgrade ended.</summary>
    private sealed class Target : IAsyncDisposable
    {
        private readonly RelayClient _client;
        private readonly HolePuncher _puncher;
        private readonly TaskCompletionSource<HolePunchResult> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Target(ObservedAddressMonitor observed, RelayClient client, HolePuncher puncher)
        {
            Observed = observed;
            _client = client;
            _puncher = puncher;
            puncher.Completed += result => _ended.TrySetResult(result);
        }

        public ObservedAddressMonitor Observed { get; }

        public Task<HolePunchResult> Result => _ended.Task;

        public async ValueTask DisposeAsync()
        {
            await _puncher.DisposeAsync();
            await _client.DisposeAsync();
            Observed.Dispose();
        }
    }
}
