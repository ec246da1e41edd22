using HyphaMarket.Libp2p.AutoNat.Observed;
using HyphaMarket.Libp2p.HolePunching;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Client;
using HyphaMarket.Libp2p.Relay.Server;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Examples.Tests.Examples;

public sealed class RelayExample
{
    // <example>
    /// <summary>On a machine that everybody can dial: lends its address to others, within limits. Dispose it to stop.</summary>
    public static RelayServer BeRelay(IHost host) => RelayServer.Start(host);

    /// <summary>On a machine behind a NAT: reached over the relay first, and directly once a hole is punched.</summary>
    /// <param name="reachable">Told each address that others can dial, as in /ip4/…/tcp/…/p2p/RELAY/p2p-circuit/p2p/ID.</param>
    public static async Task RunBehindNatAsync(
        KeyPair keys, Multiaddr listen, Multiaddr relay, HolePunchOptions options, Action<Multiaddr> reachable, Action<HolePunchResult> punched,
        CancellationToken cancellationToken)
    {
        // Dials leave from the port that is listened on, so that the NAT keeps one mapping, at which others can aim.
        var tcp = new TcpTransport(new TcpOptions { ReusePort = true });
        await using var host = new Host(keys, new HostOptions { ListenAddresses = [listen] }, transports: [tcp]);
        host.AddTransport(new CircuitTransport(host)); // to dial others over relays, too
        host.AddressesChanged += () =>
        {
            foreach (Multiaddr address in host.GetPeerAddresses().Where(address => address.IsRelayed)) reachable(address);
        };
        await host.StartAsync(cancellationToken);

        using var observed = new ObservedAddressMonitor(host); // what others see of this node
        await using var puncher = HolePuncher.Start(host, observed, options);
        puncher.Completed += punched;
        await using var client = RelayClient.Start(host, new RelayClientOptions
        {
            Mode = RelayClientMode.Always, // the default, WhenPrivate, waits until AutoNAT has found that nobody can dial this node
            Relays = [relay],
        });
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }
    // </example>

    [Test]
    [CancelAfter(60_000)]
    public async Task NodeBehindARelay_IsReachedOverIt_AndThenDirectly(CancellationToken cancellationToken)
    {
        await using var hosts = new ExampleHosts();
        var (relay, dialler) = (await hosts.ListenAsync(), await hosts.ListenAsync());
        dialler.AddTransport(new CircuitTransport(dialler));
        using var relaying = BeRelay(relay);
        using var keys = KeyPair.Generate();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reachable = new TaskCompletionSource<Multiaddr>(TaskCreationOptions.RunContinuationsAsynchronously);
        var punched = new TaskCompletionSource<HolePunchResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = RunBehindNatAsync(
            keys, Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), relay.GetPeerAddresses()[0], new HolePunchOptions { AllowPrivateAddresses = true },
            address => reachable.TrySetResult(address), result => punched.TrySetResult(result), stop.Token);

        var peer = await dialler.ConnectAsync(await reachable.Task.WaitAsync(cancellationToken), cancellationToken);
        var result = await punched.Task.WaitAsync(cancellationToken);

        Assert.That(peer, Is.EqualTo(keys.PeerId));
        // On loopback there is nothing to punch: the dialler's own address serves.
        Assert.That(result.Outcome, Is.EqualTo(HolePunchOutcome.Dialled), result.Failure);
        await stop.CancelAsync();
        Assert.That(() => running, Throws.InstanceOf<OperationCanceledException>());
    }
}
