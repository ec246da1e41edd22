using System.Net;
using System.Net.Sockets;

namespace HyphaMarket.Cli.Devnet;

/// <summary>Stands for the job system on a worker's machine: sends back what comes, so that the devnet can tell whether bytes really went there and back.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    /// <summary>One for each lease in use, and a few to spare.</summary>
    private const int MostConnections = 64;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _room = new(MostConnections);
    private readonly Task _loop;

    public EchoServer()
    {
        _listener.Start();
        _loop = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Bytes sent back so far, over all connections.</summary>
    public long Echoed => Interlocked.Read(ref _echoed);

    private long _echoed;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
        _listener.Dispose();
        _room.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(_stop.Token);
                _ = EchoAsync(await _listener.AcceptSocketAsync(_stop.Token));
            }
        }
        catch (Exception e) when (_stop.IsCancellationRequested && e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task EchoAsync(Socket socket)
    {
        try
        {
            using (socket)
            {
                var buffer = new byte[64 * 1024];
                for (int read; (read = await socket.ReceiveAsync(buffer, _stop.Token)) > 0;)
                {
                    for (var sent = 0; sent < read;) sent += await socket.SendAsync(buffer.AsMemory(sent, read - sent), _stop.Token);
                    Interlocked.Add(ref _echoed, read);
                }
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side ended abruptly, or the devnet stops: either way this connection is over.
        }
        finally
        {
            if (!_stop.IsCancellationRequested) _room.Release();
        }
    }
}
