using System.Net;
using System.Net.Sockets;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Cli.Tests.TestSupport;

/// <summary>A tunnel whose two ends are on one machine: connects what it accepts with the remote port.</summary>
internal sealed class LoopbackTunnel : ITunnel
{
    private readonly TcpListener _listener;
    private readonly string _lease;
    private readonly int _remotePort;
    private readonly Task _loop;

    public LoopbackTunnel(string lease, IPEndPoint local, int remotePort)
    {
        (_lease, _remotePort, _listener) = (lease, remotePort, new TcpListener(local));
        _listener.Start();
        _loop = AcceptAsync();
    }

    public TunnelView View => new(_lease, _listener.LocalEndpoint.ToString()!, _remotePort, 0, 0, 0);

    public Task Completion { get; } = new TaskCompletionSource().Task;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _loop;
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = JoinAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task JoinAsync(TcpClient near)
    {
        using (near)
        {
            using var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback, _remotePort);
            var back = far.GetStream().CopyToAsync(near.GetStream());
            await near.GetStream().CopyToAsync(far.GetStream());
            far.Client.Shutdown(SocketShutdown.Send);
            await back;
        }
    }
}
