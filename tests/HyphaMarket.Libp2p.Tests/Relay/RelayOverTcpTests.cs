using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Client;
using HyphaMarket.Libp2p.Relay.Server;
using HyphaMarket.Libp2p.Tests.Hosting;
using static HyphaMarket.Libp2p.Tests.Relay.RelayWaiting;

namespace HyphaMarket.Libp2p.Tests.Relay;

/// <summary>The same over sockets and by the system's clock.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class RelayOverTcpTests
{
    [Test]
    public async Task FourMebibytes_ThroughARelay_ComeBackUnchanged(CancellationToken cancellationToken)
    {
        await using var hosts = new TestHosts();
        var relay = await hosts.OnLoopbackAsync();
        using var server = RelayServer.Start(relay, new RelayServerOptions { CircuitBytes = 16 << 20 });
        var listener = await NodeAsync(hosts);
        await using var client = RelayClient.Start(listener, new RelayClientOptions { Mode = RelayClientMode.Always, Relays = [relay.ListenAddresses[0].WithPeer(relay.Id)], WantedReservations = 1 });
        await client.HoldsAsync(1);
        Assert.That(client.Reservations[0].Voucher!.Relay, Is.EqualTo(relay.Id));
        var dialler = await NodeAsync(hosts);

        await dialler.ConnectAsync(listener.Id, [.. client.Reservations[0].Addresses], cancellationToken);

        await RelayTests.EchoAsync(dialler, listener.Id, 4 << 20, cancellationToken);
        await RelayTests.EchoAsync(listener, dialler.Id, 4 << 20, cancellationToken);
        await dialler.DisconnectAsync(listener.Id);
        await UntilAsync(() => server.Statistics.Circuits == 0, "the circuit closed");
        Assert.That(server.Statistics.BytesRelayed, Is.GreaterThan(16 << 20));
    }

    private static async Task<Host> NodeAsync(TestHosts hosts)
    {
        var host = await hosts.OnLoopbackAsync();
        host.AddTransport(new CircuitTransport(host));
        host.Handle(RelayScene.Echo, HostTests.EchoAsync, new StreamLimits(64, 64) { AllowLimited = true });
        return host;
    }
}
