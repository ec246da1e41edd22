using System.Security.Cryptography;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.Security.Noise;
using HyphaMarket.Libp2p.Security.Tls;
using HyphaMarket.Libp2p.Transport;
using HyphaMarket.Libp2p.Transport.WebSockets;

namespace HyphaMarket.Libp2p.Tests.Transport.WebSockets;

[TestFixture]
[CancelAfter(120_000)]
public sealed class WebSocketHostTests
{
    private const string Echo = "/test/echo/1";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly HostOptions s_patient = new() { DialTimeout = s_patience, UpgradeTimeout = s_patience, NegotiationTimeout = s_patience, IdentifyTimeout = s_patience };

    private static ITransport[] Transports => [new TcpTransport(), new WebSocketTransport(new WebSocketTransportOptions { HandshakeTimeout = s_patience })];

    [TestCase(NoiseHandshaker.ProtocolId)]
    [TestCase(TlsHandshaker.ProtocolId)]
    public async Task Hosts_OverWebSockets_EchoAMebibyte_AndPing(string security, CancellationToken cancellationToken)
    {
        var options = s_patient with { SecurityProtocols = [security] };
        await using var listener = await StartAsync(options, "/ip4/127.0.0.1/tcp/0/ws");
        await using var dialler = await StartAsync(options);
        listener.Handle(Echo, async (stream, token) => { await stream.CopyToAsync(stream, token); await stream.CloseWriteAsync(token); });
        Assert.That(listener.Addresses.Single().ToString(), Does.EndWith("/ws"));
        await dialler.ConnectAsync(listener.Id, listener.Addresses, cancellationToken);

        var sent = RandomNumberGenerator.GetBytes(1 << 20);
        await using var stream = await dialler.OpenStreamAsync(listener.Id, [Echo], cancellationToken);
        var writing = Task.Run(async () => { await stream.WriteAsync(sent, cancellationToken); await stream.CloseWriteAsync(cancellationToken); }, cancellationToken);
        var received = new MemoryStream();
        await stream.CopyToAsync(received, cancellationToken);
        await writing;

        Assert.That(SHA256.HashData(received.ToArray()), Is.EqualTo(SHA256.HashData(sent)));
        Assert.That(await PingProtocol.PingAsync(listener, dialler.Id, s_patience, cancellationToken), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(dialler.Connections.Single().RemoteAddress.ToString(), Does.EndWith("/ws"));
    }

    [Test]
    public async Task UnfinishedWebSockets_CountAgainstThePendingLimitThatTcpHasToo(CancellationToken cancellationToken)
    {
        await using var listener = await StartAsync(s_patient with { Resources = new() { MaxPendingInbound = 1 } }, "/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/tcp/0/ws");
        var tcp = new TcpTransport();
        var plain = listener.Addresses.Single(tcp.CanDial);
        var web = Multiaddr.Parse(listener.Addresses.Single(address => !tcp.CanDial(address)).ToString().Replace("/ws", "", StringComparison.Ordinal));

        // It says nothing. A listener takes connections in their order, so the second finds the first unfinished.
        var silent = await tcp.DialAsync(web, cancellationToken);
        var overWeb = await tcp.DialAsync(web, cancellationToken);
        Assert.That(await EndsAsync(overWeb.Channel, cancellationToken), Is.True);
        var overTcp = await tcp.DialAsync(plain, cancellationToken);
        Assert.That(await EndsAsync(overTcp.Channel, cancellationToken), Is.True);

        await silent.Channel.DisposeAsync();
        Assert.That(listener.ConnectedPeers, Is.Empty);
    }

    private static async Task<bool> EndsAsync(Stream channel, CancellationToken cancellationToken)
    {
        try
        {
            return await channel.ReadAsync(new byte[1], cancellationToken) == 0;
        }
        catch (IOException)
        {
            return true;
        }
        finally
        {
            await channel.DisposeAsync();
        }
    }

    private static async Task<Host> StartAsync(HostOptions options, params string[] listen)
    {
        var host = new Host(KeyPair.Generate(), options with { ListenAddresses = [.. listen.Select(Multiaddr.Parse)] }, transports: Transports);
        await host.StartAsync();
        return host;
    }
}
