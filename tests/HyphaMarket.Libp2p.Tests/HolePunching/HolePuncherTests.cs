using HyphaMarket.Libp2p.AutoNat.Observed;
using HyphaMarket.Libp2p.HolePunching;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Client;
using HyphaMarket.Libp2p.Relay.Server;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Libp2p.Tests.Hosting;

namespace HyphaMarket.Libp2p.Tests.HolePunching;

/// <summary>Over a real relay on loopback, where no hole is needed: who may ask for what.</summary>
[TestFixture]
[CancelAfter(60_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class HolePuncherTests : IAsyncDisposable
{
    private readonly TestHosts _hosts = new();
    private readonly List<IAsyncDisposable> _open = [];
    private readonly List<IDisposable> _services = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var open in _open) await open.DisposeAsync();
        foreach (var service in _services) service.Dispose();
        await _hosts.DisposeAsync();
    }

    [Test]
    public async Task Peer_ThatCanBeDialled_IsDialled(CancellationToken cancellationToken)
    {
        var (target, circuit) = await TargetAsync(cancellationToken);
        var puncher = Punch(target, new HolePunchOptions { AllowPrivateAddresses = true });
        var ended = new TaskCompletionSource<HolePunchResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        puncher.Completed += result => ended.TrySetResult(result);
        var source = await _hosts.OnLoopbackAsync();
        source.AddTransport(new CircuitTransport(source));
        await source.ConnectAsync(target.Id, [circuit], cancellationToken);

        Assert.That((await ended.Task.WaitAsync(cancellationToken)).Outcome, Is.EqualTo(HolePunchOutcome.Dialled));
        Assert.That(target.IsConnected(source.Id), Is.True);
    }

    [Test]
    public async Task Peer_WithoutAPublicAddress_ThatDoesNotSpeakTheProtocol_IsLeftOnTheRelay(CancellationToken cancellationToken)
    {
        var (target, circuit) = await TargetAsync(cancellationToken);
        var puncher = Punch(target, new HolePunchOptions());
        var ended = new TaskCompletionSource<HolePunchResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        puncher.Completed += result => ended.TrySetResult(result);
        var source = await _hosts.OnLoopbackAsync();
        source.AddTransport(new CircuitTransport(source));
        await source.ConnectAsync(target.Id, [circuit], cancellationToken);

        var result = await ended.Task.WaitAsync(cancellationToken);
        Assert.That((result.Outcome, result.Attempts), Is.EqualTo((HolePunchOutcome.Failed, 0)));
        Assert.That(result.Failure, Does.Contain("speaks none"));
        Assert.That(source.Connections.Single(open => open.Peer == target.Id).IsLimited, Is.True);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Peer_ThatEndsItsStreamAfterEachAttempt_GetsAnotherStreamForTheNext(bool reset, CancellationToken cancellationToken)
    {
        var (target, circuit) = await TargetAsync(cancellationToken);
        var puncher = Punch(target, new HolePunchOptions { AllowPrivateAddresses = true });
        var ended = new TaskCompletionSource<HolePunchResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        puncher.Completed += result => ended.TrySetResult(result);
        // It listens nowhere, so it cannot be dialled; and the address it tells is one where nobody listens.
        var source = new Host(KeyPair.Generate(), new HostOptions());
        _open.Add(source);
        await source.StartAsync(cancellationToken);
        source.AddTransport(new CircuitTransport(source));
        var streams = 0;
        source.Handle(
            HolePunchProtocol.Id,
            async (stream, token) =>
            {
                Interlocked.Increment(ref streams);
                await LengthPrefixed.ReadAsync(stream, HolePunchProtocol.MaxMessageBytes, token);
                await LengthPrefixed.WriteAsync(stream, HolePunchCodec.Encode(new HolePunchMessage(HolePunchMessageType.Connect, [Multiaddr.Parse("/ip4/127.0.0.1/tcp/1")])), token);
                await LengthPrefixed.ReadAsync(stream, HolePunchProtocol.MaxMessageBytes, token);
                if (reset) stream.Reset();
            },
            new StreamLimits(4, 4) { AllowLimited = true });

        await source.ConnectAsync(target.Id, [circuit], cancellationToken);
        var result = await ended.Task.WaitAsync(cancellationToken);

        Assert.That((result.Outcome, result.Attempts, streams), Is.EqualTo((HolePunchOutcome.Failed, 3, 3)), result.Failure);
    }

    [Test]
    public async Task Attacker_ThatNamesPrivateAddresses_CausesNoDial(CancellationToken cancellationToken)
    {
        // Here the target is the attacker: it took the relayed connection, so it may lead.
        var (attacker, circuit) = await TargetAsync(cancellationToken);
        var victim = await _hosts.OnLoopbackAsync();
        victim.AddTransport(new CircuitTransport(victim));
        Punch(victim, new HolePunchOptions());
        var arrived = Arrival(attacker, victim);
        await victim.ConnectAsync(attacker.Id, [circuit], cancellationToken);
        await arrived.WaitAsync(cancellationToken);

        await using var stream = await attacker.OpenStreamAsync(victim.Id, [HolePunchProtocol.Id], new StreamOptions { AllowLimited = true }, cancellationToken);
        for (var i = 0; i < 2; i++)
        {
            await LengthPrefixed.WriteAsync(stream, HolePunchCodec.Encode(new HolePunchMessage(HolePunchMessageType.Connect, attacker.ListenAddresses)), cancellationToken);
            Assert.That(HolePunchCodec.Decode((await LengthPrefixed.ReadAsync(stream, 4_096, cancellationToken))!).Type, Is.EqualTo(HolePunchMessageType.Connect));
            await LengthPrefixed.WriteAsync(stream, HolePunchCodec.Encode(new HolePunchMessage(HolePunchMessageType.Sync, [])), cancellationToken);
        }
        await stream.CloseWriteAsync(cancellationToken);
        Assert.That(await LengthPrefixed.ReadAsync(stream, 4_096, cancellationToken), Is.Null, "the victim has dealt with the last sync");
        Assert.That(victim.IsConnected(attacker.Id), Is.False);
    }

    [Test]
    public async Task Attacker_ThatAsksOverADirectConnection_IsReset(CancellationToken cancellationToken)
    {
        var attacker = await _hosts.OnLoopbackAsync();
        var victim = await _hosts.OnLoopbackAsync();
        Punch(victim, new HolePunchOptions { AllowPrivateAddresses = true });
        await attacker.ConnectAsync(victim.Id, victim.Addresses, cancellationToken);

        // The reset may overtake the end of the negotiation.
        Assert.That(
            async () =>
            {
                await using var stream = await attacker.OpenStreamAsync(victim.Id, [HolePunchProtocol.Id], cancellationToken);
                await LengthPrefixed.WriteAsync(stream, HolePunchCodec.Encode(new HolePunchMessage(HolePunchMessageType.Connect, attacker.ListenAddresses)), cancellationToken);
                await LengthPrefixed.ReadAsync(stream, 4_096, cancellationToken);
            },
            Throws.InstanceOf<StreamResetException>());
    }

    [Test]
    public async Task Attacker_ThatAsksForAFourthAttempt_IsReset(CancellationToken cancellationToken)
    {
        var (attacker, circuit) = await TargetAsync(cancellationToken);
        var victim = await _hosts.OnLoopbackAsync();
        victim.AddTransport(new CircuitTransport(victim));
        Punch(victim, new HolePunchOptions());
        var arrived = Arrival(attacker, victim);
        await victim.ConnectAsync(attacker.Id, [circuit], cancellationToken);
        await arrived.WaitAsync(cancellationToken);

        await using var stream = await attacker.OpenStreamAsync(victim.Id, [HolePunchProtocol.Id], new StreamOptions { AllowLimited = true }, cancellationToken);
        var answers = 0;
        Assert.That(
            async () =>
            {
                for (; answers < 10; answers++)
                {
                    await LengthPrefixed.WriteAsync(stream, HolePunchCodec.Encode(new HolePunchMessage(HolePunchMessageType.Connect, [])), cancellationToken);
                    if (await LengthPrefixed.ReadAsync(stream, 4_096, cancellationToken) is null) return;
                    await LengthPrefixed.WriteAsync(stream, HolePunchCodec.Encode(new HolePunchMessage(HolePunchMessageType.Sync, [])), cancellationToken);
                }
            },
            Throws.InstanceOf<StreamResetException>());
        Assert.That(answers, Is.EqualTo(3));
    }

    [Test]
    public async Task Attacker_ThatAsksForAFourthAttempt_IsReset_ThoughEachHasItsOwnStream(CancellationToken cancellationToken)
    {
        var (attacker, circuit) = await TargetAsync(cancellationToken);
        var victim = await _hosts.OnLoopbackAsync();
        victim.AddTransport(new CircuitTransport(victim));
        Punch(victim, new HolePunchOptions());
        var arrived = Arrival(attacker, victim);
        await victim.ConnectAsync(attacker.Id, [circuit], cancellationToken);
        await arrived.WaitAsync(cancellationToken);

        for (var i = 0; i < 3; i++) Assert.That(await AttemptAsync(), Is.True, $"attempt {i + 1}");
        Assert.That(AttemptAsync, Throws.InstanceOf<StreamResetException>());

        async Task<bool> AttemptAsync()
        {
            await using var stream = await attacker.OpenStreamAsync(victim.Id, [HolePunchProtocol.Id], new StreamOptions { AllowLimited = true }, cancellationToken);
            await LengthPrefixed.WriteAsync(stream, HolePunchCodec.Encode(new HolePunchMessage(HolePunchMessageType.Connect, [])), cancellationToken);
            if (await LengthPrefixed.ReadAsync(stream, 4_096, cancellationToken) is null) return false;
            await LengthPrefixed.WriteAsync(stream, HolePunchCodec.Encode(new HolePunchMessage(HolePunchMessageType.Sync, [])), cancellationToken);
            await stream.CloseWriteAsync(cancellationToken);
            return await LengthPrefixed.ReadAsync(stream, 4_096, cancellationToken) is null;
        }
    }

    private HolePuncher Punch(Host host, HolePunchOptions options)
    {
        var observed = new ObservedAddressMonitor(host);
        _services.Add(observed);
        var puncher = HolePuncher.Start(host, observed, options);
        _open.Add(puncher);
        return puncher;
    }

    /// <summary>Completes when a host has a connection with another, whose dial may return before.</summary>
    private static Task Arrival(Host host, Host other)
    {
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.ConnectionOpened += connection =>
        {
            if (connection.Peer == other.Id) opened.TrySetResult();
        };
        return opened.Task;
    }

    /// <summary>A host with a place on a relay, and its address there.</summary>
    private async Task<(Host Target, Multiaddr Circuit)> TargetAsync(CancellationToken cancellationToken)
    {
        var relay = await _hosts.OnLoopbackAsync();
        _services.Add(RelayServer.Start(relay));
        var target = await _hosts.OnLoopbackAsync();
        var lent = new TaskCompletionSource<Multiaddr>(TaskCreationOptions.RunContinuationsAsynchronously);
        target.AddressesChanged += () =>
        {
            if (target.Addresses.FirstOrDefault(address => address.IsRelayed) is { } address) lent.TrySetResult(address);
        };
        _open.Add(RelayClient.Start(target, new RelayClientOptions { Mode = RelayClientMode.Always, Relays = [relay.ListenAddresses[0].WithPeer(relay.Id)] }));
        return (target, await lent.Task.WaitAsync(cancellationToken));
    }
}
