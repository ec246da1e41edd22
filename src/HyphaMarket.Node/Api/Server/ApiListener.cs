using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Server;

/// <summary>Lets Kestrel listen on the Unix socket, which only the node's user may open, and on a loopback port where one is configured.</summary>
internal static class ApiListener
{
    /// <summary>Headers come in one packet on a local socket; whoever dawdles is let go.</summary>
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(5);

    public static void Configure(IWebHostBuilder host, string socketPath, ApiOptions options)
    {
        host.ConfigureServices(services => services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = Bind));
        // The core alone: the whole would load QUIC and the configuration of certificates, of which a local socket has neither.
        host.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.RequestBytes;
            kestrel.Limits.MaxConcurrentConnections = options.Connections;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.ListenUnixSocket(socketPath, listen => listen.Use(next => connection =>
            {
                // Who could open the socket is the node's user: nothing else marks a connection so.
                connection.Features.Set(TrustedConnection.Instance);
                return next(connection);
            }));
            if (options.Port is { } port && LoopbackEndPoint.TryParse(port, out var loopback)) kestrel.Listen(loopback);
        });
    }

    private static Socket Bind(EndPoint endPoint)
    {
        if (endPoint is not UnixDomainSocketEndPoint) return SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        var path = endPoint.ToString()!;
        // A socket file outlives a crash, and nobody listens on it: the instance lock says that no other daemon uses this directory.
        if (File.Exists(path)) File.Delete(path);
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        try
        {
            // Between bind and listen nobody can connect, so no stranger slips in before the rights are right.
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
