using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.Tests.Hosting;

namespace HyphaMarket.Libp2p.Tests.Ping;

[TestFixture]
[CancelAfter(30_000)]
public sealed class PingProtocolTests
{
    [Test]
    public async Task Payloads_OnOneStream_AreAllEchoed_AndAThirdStreamIsReset(CancellationToken cancellationToken)
    {
        await using var hosts = new TestHosts();
        var first = await hosts.InMemoryAsync();
        var second = await hosts.InMemoryAsync();
        await first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        await using var one = await OpenAsync(first, second, cancellationToken);
        await using var two = await OpenAsync(first, second, cancellationToken);
        Assert.That(
            async () =>
            {
                await using var three = await OpenAsync(first, second, cancellationToken);
            },
            Throws.TypeOf<StreamResetException>());
        for (byte i = 0; i < 5; i++)
        {
            await RoundAsync(one, i, cancellationToken);
            await RoundAsync(two, i, cancellationToken);
        }
    }

    [Test]
    public async Task OtherBytes_AreAnError(CancellationToken cancellationToken)
    {
        await using var hosts = new TestHosts();
        var first = await hosts.InMemoryAsync();
        var second = await hosts.InMemoryAsync();
        second.Unhandle(PingProtocol.Id);
        second.Handle(PingProtocol.Id, async (stream, token) => await stream.WriteAsync(new byte[PingProtocol.PayloadBytes], token));
        await first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        Assert.That(async () => await PingProtocol.PingAsync(first, second.Id, TimeSpan.FromSeconds(5), cancellationToken), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public async Task SilentPeer_IsATimeout(CancellationToken cancellationToken)
    {
        await using var hosts = new TestHosts();
        var first = await hosts.InMemoryAsync();
        var second = await hosts.InMemoryAsync();
        second.Unhandle(PingProtocol.Id);
        second.Handle(PingProtocol.Id, async (stream, token) => await stream.CopyToAsync(Stream.Null, token));
        await first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        Assert.That(async () => await PingProtocol.PingAsync(first, second.Id, TimeSpan.FromMilliseconds(50), cancellationToken), Throws.TypeOf<TimeoutException>());
    }

    private static async Task<PeerStream> OpenAsync(Host first, Host second, CancellationToken cancellationToken)
    {
        var stream = await first.OpenStreamAsync(second.Id, [PingProtocol.Id], cancellationToken);
        await RoundAsync(stream, 0, cancellationToken);
        return stream;
    }

    private static async Task RoundAsync(PeerStream stream, byte fill, CancellationToken cancellationToken)
    {
        var sent = Enumerable.Repeat(fill, PingProtocol.PayloadBytes).ToArray();
        await stream.WriteAsync(sent, cancellationToken);
        var received = new byte[PingProtocol.PayloadBytes];
        await stream.ReadExactlyAsync(received, cancellationToken);
        Assert.That(received, Is.EqualTo(sent));
    }
}
