using System.Text;
using HyphaMarket.Libp2p.Transport.WebSockets;

namespace HyphaMarket.Libp2p.Tests.Transport.WebSockets;

[TestFixture]
public sealed class UpgradeHandshakeTests
{
    /// <summary>The key of RFC 6455 1.3, and the answer that it prints for it.</summary>
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    private const string Accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    private const string Request =
        "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + Key + "\r\nOrigin: http://example.com\r\nSec-WebSocket-Version: 13\r\n\r\n";

    private const string Response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + Accept + "\r\n\r\n";

    [Test]
    public void RequestOfTheRfc_IsAnsweredAsTheRfcSays()
    {
        Assert.That(UpgradeHandshake.CheckRequest(Parse(Request), out var key, out _), Is.EqualTo(UpgradeRefusal.None));
        Assert.That(Encoding.ASCII.GetString(UpgradeHandshake.FormatAcceptance(key)), Is.EqualTo(Response));
        Assert.That(UpgradeHandshake.CheckResponse(Parse(Response), Key), Is.Null);
    }

    [Test]
    public void OwnRequest_IsAccepted_AndNoTwoKeysAreEqual()
    {
        var (first, second) = (UpgradeHandshake.NewKey(), UpgradeHandshake.NewKey());
        Assert.That(first, Is.Not.EqualTo(second));
        Assert.That(UpgradeHandshake.CheckRequest(Parse(Encoding.ASCII.GetString(UpgradeHandshake.FormatRequest("h", first))), out var key, out _), Is.EqualTo(UpgradeRefusal.None));
        Assert.That(key, Is.EqualTo(first));
    }

    [TestCase("GET /chat", "POST /chat", 400)]
    [TestCase("GET /chat", "GET http://elsewhere/", 400)]
    [TestCase("HTTP/1.1", "HTTP/1.0", 400)]
    [TestCase("HTTP/1.1", "HTTP/1.1 ", 400)]
    [TestCase("Host: server.example.com\r\n", "", 400)]
    [TestCase("Host:", "Host: other\r\nHost:", 400)]
    [TestCase("Origin:", "Content-Length:", 400)]
    [TestCase("Origin:", "Transfer-Encoding:", 400)]
    [TestCase("Upgrade: websocket", "Upgrade: h2c", 426)]
    [TestCase("Connection: Upgrade", "Connection: close", 426)]
    [TestCase("Version: 13", "Version: 8", 426)]
    [TestCase("Version: 13", "Version: 13\r\nSec-WebSocket-Version: 13", 426)]
    [TestCase(Key, "dGhlIHNhbXBsZSBub25jZQ", 400)]
    [TestCase(Key, "dGhlIHNhbXBsZSBub25j", 400)]
    [TestCase(Key, "dGhlIHNhbXBsZSBub25jZWVl", 400)]
    [TestCase("Sec-WebSocket-Key", "Sec-WebSocket-Kay", 400)]
    public void WrongRequest_IsRefusedWithItsStatus(string right, string wrong, int status)
    {
        var changed = Request.Replace(right, wrong, StringComparison.Ordinal);
        Assert.That(changed, Is.Not.EqualTo(Request));
        Assert.That((int)UpgradeHandshake.CheckRequest(Parse(changed), out _, out _), Is.EqualTo(status));
    }

    [TestCase("101 Switching", "200 Not Switching")]
    [TestCase("101 Switching", "1O1 Switching")]
    [TestCase("HTTP/1.1", "HTTP/1.0")]
    [TestCase("Upgrade: websocket", "Upgrade: websocket2")]
    [TestCase("Connection: Upgrade", "Connection: close")]
    [TestCase(Accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOp=")]
    [TestCase("Connection:", "Sec-WebSocket-Extensions: permessage-deflate\r\nConnection:")]
    [TestCase("Connection:", "Sec-WebSocket-Protocol: chat\r\nConnection:")]
    public void WrongResponse_IsRefused(string right, string wrong)
    {
        var changed = Response.Replace(right, wrong, StringComparison.Ordinal);
        Assert.That(changed, Is.Not.EqualTo(Response));
        Assert.That(UpgradeHandshake.CheckResponse(Parse(changed), Key), Is.Not.Null);
    }

    private static HttpHead Parse(string text)
    {
        Assert.That(HttpHead.TryParse(Encoding.ASCII.GetBytes(text), out var head, out var error), Is.True, error);
        return head!;
    }
}
