using System.Net.Sockets;
using System.Text;

namespace HyphaMarket.Node.Hosting.ServiceManager;

/// <summary>Tells the service manager how the daemon is: each message is one datagram to a Unix socket, lines of NAME=VALUE.</summary>
/// <remarks>Source: sd_notify(3). A name that begins with @ is of the abstract namespace: the @ stands for a zero byte.</remarks>
internal sealed class ServiceNotifier : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly UnixDomainSocketEndPoint _manager;

    /// <param name="path">The value of NOTIFY_SOCKET.</param>
    /// <exception cref="ArgumentException">The path is neither absolute nor abstract, or longer than a socket's name may be.</exception>
    public ServiceNotifier(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path[0] is not ('/' or '@')) throw new ArgumentException($"NOTIFY_SOCKET is '{path}'; it must begin with / or @.", nameof(path));
        // The manager reads in its own time; where it reads nothing, a full buffer must not hold the daemon up.
        _socket.Blocking = false;
        _manager = new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path);
    }

    /// <returns>False where the manager did not take it.</returns>
    public bool TrySend(string message)
    {
        try
        {
            return _socket.SendTo(Encoding.UTF8.GetBytes(message), _manager) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();
}
