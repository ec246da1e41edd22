using System.Text;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.RequestResponse;

namespace HyphaMarket.Examples.Tests.Examples;

public sealed class RequestExample
{
    // <example>
    /// <summary>A request beyond a limit is answered with a reset of its stream.</summary>
    public static void ServeUpper(IHost host) => RequestProtocol.Serve(
        host, "/example/upper/1",
        (peer, request, cancellationToken) => new(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(request.Span).ToUpperInvariant())),
        new ServeOptions { MaxRequestBytes = 4_096, MaxConcurrentPerPeer = 8, Deadline = TimeSpan.FromSeconds(5) });

    /// <summary>Asks in the newest version that the peer speaks. Failures are a TimeoutException, an InvalidDataException or an IOException of a type that says which.</summary>
    public static async Task<string> AskUpperAsync(IHost host, PeerId peer, string text, CancellationToken cancellationToken)
    {
        byte[] answer = await RequestProtocol.CallAsync(
            host, peer, ["/example/upper/2", "/example/upper/1"], Encoding.UTF8.GetBytes(text),
            new RequestOptions { MaxResponseBytes = 8_192, Deadline = TimeSpan.FromSeconds(20) }, cancellationToken);
        return Encoding.UTF8.GetString(answer);
    }
    // </example>

    [Test]
    [CancelAfter(60_000)]
    public async Task Request_IsAnswered_AndOneTooLongIsReset(CancellationToken cancellationToken)
    {
        await using var hosts = new ExampleHosts();
        var (dialler, listener) = (await hosts.ListenAsync(), await hosts.ListenAsync());
        ServeUpper(listener);
        var peer = await dialler.ConnectAsync(listener.GetPeerAddresses()[0], cancellationToken);

        Assert.That(await AskUpperAsync(dialler, peer, "hello", cancellationToken), Is.EqualTo("HELLO"));
        Assert.That(() => AskUpperAsync(dialler, peer, new string('a', 5_000), cancellationToken), Throws.InstanceOf<StreamResetException>());
    }
}
