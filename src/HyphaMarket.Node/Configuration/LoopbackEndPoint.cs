using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace HyphaMarket.Node.Configuration;

/// <summary>Reads where the API may listen: a port of 127.0.0.1, or a loopback address with a port. Names are not looked up.</summary>
public static class LoopbackEndPoint
{
    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? endPoint)
    {
        ArgumentNullException.ThrowIfNull(text);
        endPoint = null;
        if (text.All(char.IsAsciiDigit))
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort) endPoint = new IPEndPoint(IPAddress.Loopback, port);
            return endPoint is not null;
        }

        // The class library also takes an address without a port, and then port 0: that would be a surprise.
        if (!text.Contains(':', StringComparison.Ordinal) || text.EndsWith(']') || text.EndsWith(':')) return false;
        if (!IPEndPoint.TryParse(text, out var parsed) || !IPAddress.IsLoopback(parsed.Address)) return false;
        if (parsed.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && !text.StartsWith('[')) return false;
        endPoint = parsed;
        return true;
    }
}
