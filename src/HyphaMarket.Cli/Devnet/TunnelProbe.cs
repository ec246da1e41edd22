using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

using HyphaMarket.Cli.Client;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Devnet;

/// <summary>Uses a lease: opens a tunnel, sends random bytes to the worker's echo, and compares what comes back.</summary>
internal static class TunnelProbe
{
    /// <summary>More than one Yamux frame and one Noise message (64 KiB each), so that several of both are crossed.</summary>
    private const int Bytes = 256 * 1024;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <returns>The number of bytes that went there and came back unchanged.</returns>
    /// <exception cref="CliException">The tunnel could not be opened, broke, or changed bytes.</exception>
    public static async Task<long> RunAsync(ApiClient scheduler, string lease, int workerPort, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(Deadline);
        try
        {
            var request = new TunnelRequest("127.0.0.1:0", workerPort);
            await foreach (var tunnel in scheduler.PostStreamAsync($"/v1/leases/{lease}/tunnel", request, ApiJson.Default.TunnelRequest, ApiJson.Default.TunnelView, deadline.Token))
            {
                // Leaving the loop ends the request, and with it the tunnel.
                return await ExchangeAsync(IPEndPoint.Parse(tunnel.Local), deadline.Token);
            }
            throw new CliException(ExitCode.Error, "tunnel-closed", "The tunnel ended before it was open.");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new CliException(ExitCode.TimedOut, "tunnel-timed-out", $"No {Bytes} bytes came back through the tunnel within {Deadline.TotalSeconds:0} s.");
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            throw new CliException(ExitCode.Error, "tunnel-broken", $"The tunnel broke: {e.Message}", "", e);
        }
    }

    private static async Task<long> ExchangeAsync(IPEndPoint local, CancellationToken stop)
    {
        using var socket = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(local, stop);
        await using var stream = new NetworkStream(socket);
        var sent = RandomNumberGenerator.GetBytes(Bytes);
        var received = new byte[Bytes];
        // At once in both directions: an echo that is not read fills every window on the way.
        var sending = SendAsync();
        await stream.ReadExactlyAsync(received, stop);
        await sending;
        return sent.AsSpan().SequenceEqual(received) ? Bytes : throw new CliException(ExitCode.Error, "tunnel-changed-bytes", "The bytes that came back through the tunnel are not those that were sent.");

        async Task SendAsync()
        {
            await stream.WriteAsync(sent, stop);
            socket.Shutdown(SocketShutdown.Send);
        }
    }
}
