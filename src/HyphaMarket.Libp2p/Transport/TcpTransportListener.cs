using System.Net;
using System.Net.Sockets;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Transport;

/// <summary>A listening TCP socket.</summary>
internal sealed class TcpTransportListener(Socket socket) : ITransportListener
{
    private readonly IPEndPoint _endPoint = (IPEndPoint)socket.LocalEndPoint!;
    private volatile bool _disposed;

    public IReadOnlyList<Multiaddr> GetAddresses() =>
        [.. LocalAddresses.Expand(_endPoint.Address).Select(address => Multiaddr.FromEndPoint(new IPEndPoint(address, _endPoint.Port)))];

    public async ValueTask<TransportConnection?> AcceptAsync(CancellationToken cancellationToken)
    {
        Socket accepted;
        try
        {
            accepted = await socket.AcceptAsync(cancellationToken);
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
        _disposed = true;
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
