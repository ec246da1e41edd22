using System.Net.Sockets;

namespace HyphaMarket.Libp2p.Transport;

/// <summary>Lets a dialling socket leave from a port on which another of our sockets listens.</summary>
internal static class PortSharing
{
    // The numbers of <asm-generic/socket.h>, which x86 and ARM use; .NET has no name for SO_REUSEPORT.
    private const int SolSocket = 1;
    private const int SoReuseAddress = 2;
    private const int SoReusePort = 15;

    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>
    /// Marks a socket as one that shares its port with others of this user. A listener is marked only after it listens: its own bind then
    /// fails where another program has the port, while a dial that is marked before it binds is let in.
    /// </summary>
    /// <exception cref="SocketException">The system refuses.</exception>
    public static void Allow(Socket socket)
    {
        var on = BitConverter.GetBytes(1);
        socket.SetRawSocketOption(SolSocket, SoReuseAddress, on);
        socket.SetRawSocketOption(SolSocket, SoReusePort, on);
    }
}
