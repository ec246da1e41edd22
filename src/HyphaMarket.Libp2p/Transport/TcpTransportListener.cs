using System.Net;
using System.Net.Sockets;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Transport;

/// <summary>A listening TCP socket.</summary>
internal sealed class TcpTransportListener : ITransportListener
{
    private readonly Socket _socket;
    private readonly IPEndPoint _endPoint;
    private readonly TcpListeningPorts? _sharedPorts;
    private volatile bool _disposed;

    /// <param name="socket">Listens; the listener owns it.</param>
    /// <param name="sharedPorts">Where to enter the port for dials to leave from; null for none.</param>
    public TcpTransportListener(Socket socket, TcpListeningPorts? sharedPorts)
    {
        _socket = socket;
        _endPoint = (IPEndPoint)socket.LocalEndPoint!;
        _sharedPorts = sharedPorts;
        sharedPorts?.Add(_endPoint);
    }

    public IReadOnlyList<Multiaddr> GetAddresses() =>
        [.. LocalAddresses.Expand(_endPoint.Address).Select(address => Multiaddr.FromEndPoint(new IPEndPoint(address, _endPoint.Port)))];

    public async ValueTask<TransportConnection?> AcceptAsync(CancellationToken cancellationToken)
    {
        Socket accepted;
        try
        {
            accepted = await _socket.AcceptAsync(cancellationToken);
        }
        catch (Exception exception) when (_disposed && exception is SocketException or ObjectDisposedException)
        {
            return null;
        }
        catch (SocketException exception)
        {
            throw new IOException(TcpTransport.Describe(exception), exception);
        }
        try
        {
            return TcpTransport.Wrap(accepted);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            accepted.Dispose();
            throw new IOException("The connection ended as it was accepted.", exception);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (!_disposed) _sharedPorts?.Remove(_endPoint);
        _disposed = true;
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
