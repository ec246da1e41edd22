using System.Text;
using HyphaMarket.Libp2p.AutoNat.Client;
using HyphaMarket.Libp2p.AutoNat.Observed;
using HyphaMarket.Libp2p.HolePunching;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Client;
using HyphaMarket.Tests.Shared.Namespaces;

namespace HyphaMarket.Libp2p.Tests.HolePunching;

/// <summary>
/// Real hosts on real sockets behind real NATs: one learns that it is private, reserves a place on a relay, and is met there by another
/// from behind another NAT. Deadlines only bound a hang.
/// </summary>
[TestFixture]
[CancelAfter(180_000)]
public sealed class NatTraversalTests
{
    private const string Echo = "/test/echo/1";

    /// <summary>A dropped SYN is seen as such in this time; a SYN that meets another takes a millisecond here, or a second where it is sent anew.</summary>
    private static readonly HostOptions s_host = new() { DialTimeout = TimeSpan.FromSeconds(3) };

    [SetUp]
    public void SetUp() => NetworkNamespace.Require("nft");

    [Test]
    public async Task TwoNodes_BehindDifferentNats_MeetOverARelay_AndThenDirectly(CancellationToken cancellationToken)
    {
        await using var network = new NatNetwork();
        await using var scene = await SceneAsync(network, symmetric: false, cancellationToken);
        var a = scene.Private;
        var (b, outerB) = await network.AddBehindNatAsync(options: s_host);
        using var observedB = await ObserveAsync(b, scene.Publics, cancellationToken);
        await using var puncherB = HolePuncher.Start(b, observedB);
        b.AddTransport(new CircuitTransport(b));
        var punched = ResultOf(scene.Puncher);
        var direct = FirstDirect(b, a.Id);
        b.Handle(Echo, EchoAsync, new StreamLimits(8, 8) { AllowLimited = true });

        await b.ConnectAsync(a.Id, [scene.CircuitAddress], cancellationToken);
        var overRelay = b.Connections.First(open => open.Peer == a.Id);
        Assert.That(overRelay.IsLimited, Is.True, "they meet over the relay first");
        Assert.That(await EchoAsync(b, a, new StreamOptions { AllowLimited = true, ConnectionId = overRelay.Id }, cancellationToken), Is.EqualTo("hello"), "bytes flow over the relay");

        var result = await punched.WaitAsync(cancellationToken);
        var atB = await direct.WaitAsync(cancellationToken);
        TestContext.Out.WriteLine(result);
        Assert.That(result.Outcome, Is.EqualTo(HolePunchOutcome.Punched), result.Failure);
        var atA = a.Connections.Single(open => open.Peer == b.Id && !open.IsLimited);
        Assert.That(atA.RemoteAddress.ToString(), Does.StartWith($"/ip4/{outerB}/tcp/"), "A sees B's router");
        Assert.That(atB.RemoteAddress.ToString(), Does.StartWith($"/ip4/{scene.OuterIp}/tcp/"), "B sees A's router");
        Assert.That((atB.IsLimited, b.IsConnected(a.Id)), Is.EqualTo((false, true)));

        await using var stream = await b.OpenStreamAsync(a.Id, [Echo], cancellationToken);
        Assert.That(stream.Connection.Id, Is.EqualTo(atB.Id), "streams run on the direct connection");
        Assert.That(await RoundTripAsync(stream, "before", cancellationToken), Is.EqualTo("before"));
        await NatNetwork.KillAsync(scene.Relay, scene.RelayNetwork);
        Assert.That(await RoundTripAsync(stream, "and after the relay died", cancellationToken), Is.EqualTo("and after the relay died"));
        Assert.That(await EchoAsync(b, a, StreamOptions.Default, cancellationToken), Is.EqualTo("hello"), "new streams open too");
        Assert.That(await EchoAsync(a, b, StreamOptions.Default, cancellationToken), Is.EqualTo("hello"), "and from the other side");
    }

    [Test]
    public async Task Node_BehindASymmetricNat_IsNotPunched_AndTheRelayGoesOn(CancellationToken cancellationToken)
    {
        await using var network = new NatNetwork();
        await using var scene = await SceneAsync(network, symmetric: true, cancellationToken);
        var a = scene.Private;
        var (b, _) = await network.AddBehindNatAsync(symmetric: true, options: s_host);
        using var observedB = await ObserveAsync(b, scene.Publics, cancellationToken);
        await using var puncherB = HolePuncher.Start(b, observedB);
        b.AddTransport(new CircuitTransport(b));
        var ended = ResultOf(scene.Puncher);

        await b.ConnectAsync(a.Id, [scene.CircuitAddress], cancellationToken);
        var result = await ended.WaitAsync(cancellationToken);

        TestContext.Out.WriteLine(result);
        Assert.That((result.Outcome, result.Attempts), Is.EqualTo((HolePunchOutcome.Failed, 3)));
        Assert.That(a.IsConnected(b.Id) || b.IsConnected(a.Id), Is.False);
        Assert.That(await EchoAsync(b, a, new StreamOptions { AllowLimited = true }, cancellationToken), Is.EqualTo("hello"), "the relay goes on");
    }

    [Test]
    public async Task Node_ThatDialsFromThePublicSide_IsDialledBackDirectly_WithoutAPunch(CancellationToken cancellationToken)
    {
        await using var network = new NatNetwork();
        await using var scene = await SceneAsync(network, symmetric: false, cancellationToken);
        var (b, _) = await network.AddPublicAsync(s_host);
        b.AddTransport(new CircuitTransport(b));
        var ended = ResultOf(scene.Puncher);
        var direct = FirstDirect(b, scene.Private.Id);

        await b.ConnectAsync(scene.Private.Id, [scene.CircuitAddress], cancellationToken);
        var result = await ended.WaitAsync(cancellationToken);

        Assert.That((result.Outcome, result.Attempts), Is.EqualTo((HolePunchOutcome.Dialled, 0)), result.Failure);
        Assert.That((await direct.WaitAsync(cancellationToken)).RemoteAddress.ToString(), Does.StartWith($"/ip4/{scene.OuterIp}/tcp/"));
        Assert.That(await EchoAsync(b, scene.Private, StreamOptions.Default, cancellationToken), Is.EqualTo("hello"));
    }

    /// <summary>Three public hosts, of which one is a relay, and a node behind a NAT that has found out about itself and has its place on the relay.</summary>
    private static async Task<Scene> SceneAsync(NatNetwork network, bool symmetric, CancellationToken cancellationToken)
    {
        var publics = new List<Host>();
        var (relay, relayNetwork) = await network.AddPublicAsync();
        network.MakeRelay(relay);
        publics.Add(relay);
        for (var i = 0; i < 2; i++) publics.Add((await network.AddPublicAsync()).Host);

        var (a, outerIp) = await network.AddBehindNatAsync(symmetric, s_host);
        a.Handle(Echo, EchoAsync, new StreamLimits(8, 8) { AllowLimited = true });
        var isPrivate = new TaskCompletionSource<Reachability>(TaskCreationOptions.RunContinuationsAsynchronously);
        a.ReachabilityChanged += reachability => isPrivate.TrySetResult(reachability);
        var observed = new ObservedAddressMonitor(a);
        var autoNat = AutoNatClient.Start(a, observed, new AutoNatClientOptions { ProbeInterval = TimeSpan.FromMilliseconds(100) });
        var relayClient = RelayClient.Start(a);
        var puncher = HolePuncher.Start(a, observed);
        var lent = new TaskCompletionSource<Multiaddr>(TaskCreationOptions.RunContinuationsAsynchronously);
        a.AddressesChanged += () =>
        {
            if (a.Addresses.FirstOrDefault(address => address.IsRelayed) is { } address) lent.TrySetResult(address);
        };
        foreach (var server in publics) await a.ConnectAsync(server.Id, server.Addresses, cancellationToken);

        Assert.That(await isPrivate.Task.WaitAsync(cancellationToken), Is.EqualTo(Reachability.Private), "AutoNAT found out");
        Assert.That(autoNat.Addresses.Select(known => known.Address.ToString()), Is.EqualTo(new[] { $"/ip4/{outerIp}/tcp/4001" }));
        return new Scene(a, outerIp, observed, autoNat, relayClient, puncher, relay, relayNetwork, publics, await lent.Task.WaitAsync(cancellationToken));
    }

    /// <summary>Connects a node with the public hosts and waits until each has told what it observes.</summary>
    private static async Task<ObservedAddressMonitor> ObserveAsync(Host host, IReadOnlyList<Host> publics, CancellationToken cancellationToken)
    {
        var monitor = new ObservedAddressMonitor(host);
        var told = new AutoNat.Countdown(publics.Count);
        host.PeerIdentified += _ => told.Signal();
        foreach (var server in publics) await host.ConnectAsync(server.Id, server.Addresses, cancellationToken);
        await told.Done.WaitAsync(cancellationToken);
        return monitor;
    }

    private static Task<HolePunchResult> ResultOf(HolePuncher puncher)
    {
        var ended = new TaskCompletionSource<HolePunchResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        puncher.Completed += result => ended.TrySetResult(result);
        return ended.Task;
    }

    private static Task<ConnectionInfo> FirstDirect(Host host, PeerId peer)
    {
        var found = new TaskCompletionSource<ConnectionInfo>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.ConnectionOpened += connection =>
        {
            if (connection.Peer == peer && !connection.IsLimited) found.TrySetResult(connection);
        };
        return found.Task;
    }

    private static async Task EchoAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        await stream.CopyToAsync(stream, cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
    }

    private static async Task<string> EchoAsync(Host from, Host to, StreamOptions options, CancellationToken cancellationToken)
    {
        await using var stream = await from.OpenStreamAsync(to.Id, [Echo], options, cancellationToken);
        return await RoundTripAsync(stream, "hello", cancellationToken);
    }

    private static async Task<string> RoundTripAsync(PeerStream stream, string text, CancellationToken cancellationToken)
    {
        var sent = Encoding.ASCII.GetBytes(text);
        await stream.WriteAsync(sent, cancellationToken);
        var received = new byte[sent.Length];
        await stream.ReadExactlyAsync(received, cancellationToken);
        return Encoding.ASCII.GetString(received);
    }

    private sealed record Scene(
        Host Private,
        string OuterIp,
        ObservedAddressMonitor Observed,
        AutoNatClient AutoNat,
        RelayClient RelayClient,
        HolePuncher Puncher,
        Host Relay,
        NetworkNamespace RelayNetwork,
        IReadOnlyList<Host> Publics,
        Multiaddr CircuitAddress) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Puncher.DisposeAsync();
            await RelayClient.DisposeAsync();
            await AutoNat.DisposeAsync();
            Observed.Dispose();
        }
    }
}
