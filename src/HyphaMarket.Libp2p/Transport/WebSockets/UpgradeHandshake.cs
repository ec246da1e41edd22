using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HyphaMarket.Libp2p.Transport.WebSockets;

/// <summary>The texts of the opening handshake and the checks on them; no I/O.</summary>
/// <remarks>Source: RFC 6455 section 4. No subprotocol and no extension is offered or taken: libp2p's streams are all that the connection carries.</remarks>
internal static class UpgradeHandshake
{
    /// <summary>"the Globally Unique Identifier … which is unlikely to be used by network endpoints that do not understand the WebSocket Protocol" (1.3).</summary>
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>"a randomly selected 16-byte value that has been base64-encoded" (4.1).</summary>
    private const int KeyBytes = 16;

    private const string Version = "13";

    /// <summary>The key of one request; the answer proves that its sender has read it.</summary>
    public static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));

    public static byte[] FormatRequest(string authority, string key) => Encoding.ASCII.GetBytes(
        $"GET / HTTP/1.1\r\nHost: {authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: {Version}\r\n\r\n");

    /// <summary>The answer that makes the connection a web socket.</summary>
    public static byte[] FormatAcceptance(string key) => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {AcceptOf(key)}\r\n\r\n");

    /// <summary>The answer before the connection is closed.</summary>
    public static byte[] FormatRefusal(UpgradeRefusal refusal)
    {
        var status = refusal switch
        {
            UpgradeRefusal.UpgradeRequired => $"426 Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: {Version}",
            UpgradeRefusal.HeadTooLarge => "431 Request Header Fields Too Large",
            _ => "400 Bad Request",
        };
        return Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    }

    /// <summary>Checks a request (4.2.1); any path is taken, since a libp2p address names none.</summary>
    /// <returns>None and the key, or why it is refused.</returns>
    public static UpgradeRefusal CheckRequest(HttpHead request, out string key, out string reason)
    {
        key = request.Single("Sec-WebSocket-Key") ?? "";
        // "An HTTP/1.1 or higher GET request, including a Request-URI".
        if (request.StartLine.Split(' ') is not ["GET", ['/', ..], "HTTP/1.1"]) return Refuse(UpgradeRefusal.BadRequest, "it is no HTTP/1.1 GET request", out reason);
        if (request.Single("Host") is null) return Refuse(UpgradeRefusal.BadRequest, "it has no Host, or several", out reason);
        // A body would be read as frames.
        if (request.Has("Content-Length") || request.Has("Transfer-Encoding")) return Refuse(UpgradeRefusal.BadRequest, "it has a body", out reason);
        if (!request.Lists("Upgrade", "websocket") || !request.Lists("Connection", "Upgrade")) return Refuse(UpgradeRefusal.UpgradeRequired, "it asks for no web socket", out reason);
        if (request.Single("Sec-WebSocket-Version") != Version) return Refuse(UpgradeRefusal.UpgradeRequired, $"its version is not {Version}", out reason);
        if (!IsKey(key)) return Refuse(UpgradeRefusal.BadRequest, $"its key is not {KeyBytes} bytes in base64", out reason);
        reason = "";
        return UpgradeRefusal.None;
    }

    /// <summary>Checks the answer to a request (4.1); null where it is right, else what is wrong.</summary>
    public static string? CheckResponse(HttpHead response, string key)
    {
        var parts = response.StartLine.Split(' ', 3);
        if (parts.Length < 2 || parts[0] != "HTTP/1.1" || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status)) return "the answer is no HTTP/1.1";
        if (status != 101) return string.Create(CultureInfo.InvariantCulture, $"the web socket was refused with status {status}");
        // "If the response lacks an |Upgrade| header field or … contains a value that is not an ASCII case-insensitive match for the value "websocket"".
        if (!string.Equals(response.Single("Upgrade"), "websocket", StringComparison.OrdinalIgnoreCase)) return "the answer upgrades to something else";
        if (!response.Lists("Connection", "Upgrade")) return "the answer does not upgrade the connection";
        if (response.Single("Sec-WebSocket-Accept") != AcceptOf(key)) return "the answer belongs to another request";
        // "use of an extension that was not present in the client's handshake … the client MUST _Fail the WebSocket Connection_"; subprotocols likewise.
        if (response.Has("Sec-WebSocket-Extensions") || response.Has("Sec-WebSocket-Protocol")) return "the answer takes an extension or subprotocol that was not offered";
        return null;
    }

    /// <summary>"the base64-encoded SHA-1 hash of the concatenation of the |Sec-WebSocket-Key| (as a string, not base64-decoded) with the string "258EAFA5-…"".</summary>
    private static string AcceptOf(string key)
    {
#pragma warning disable CA5350 // RFC 6455 prescribes SHA-1 here, and nothing of secrecy rests on it.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));
#pragma warning restore CA5350
    }

    private static bool IsKey(string key)
    {
        Span<byte> bytes = stackalloc byte[KeyBytes + 2];
        return key.Length == 24 && Convert.TryFromBase64String(key, bytes, out var written) && written == KeyBytes;
    }

    private static UpgradeRefusal Refuse(UpgradeRefusal refusal, string why, out string reason)
    {
        reason = why;
        return refusal;
    }
}
