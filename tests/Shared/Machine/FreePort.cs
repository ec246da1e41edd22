using System.Net;
using System.Net.Sockets;

namespace HyphaMarket.Tests.Shared.Machine;

/// <summary>Ports for programs that must be told theirs before they start.</summary>
internal static class FreePort
{
    /// <summary>Below the range that Linux gives to outgoing connections (from 32,768), so that none of those takes the port while its program restarts.</summary>
    private const int First = 12_000;

    private const int Count = 20_000;

    // Test processes run side by side, so each begins somewhere else; within one, no port is given twice before all were.
    private static int s_next = Environment.ProcessId * 97 % Count;

    /// <returns>A TCP port that nothing listens on at any address of this machine.</returns>
    /// <exception cref="InvalidOperationException">A thousand ports in a row are taken.</exception>
    public static int Next()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = First + (Interlocked.Increment(ref s_next) & int.MaxValue) % Count;
            if (IsFree(port)) return port;
        }

        throw new InvalidOperationException($"No free port among a thousand from {First} on.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Any, port);
            listener.Start();
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
