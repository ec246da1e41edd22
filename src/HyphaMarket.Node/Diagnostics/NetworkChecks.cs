using System.Globalization;
using System.Net;
using System.Net.Sockets;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Diagnostics;

/// <summary>What a node that is not running needs of its network: ports that are free, and first contacts that answer.</summary>
public static class NetworkChecks
{
    /// <summary>A host that is there answers within a second from anywhere; three allow for a lost packet.</summary>
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(3);

    public static async Task<IReadOnlyList<CheckView>> RunAsync(NodeOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [.. options.Listen.Select(address => MayListen(address)), await BootstrapAsync(options, stop)];
    }

    private static CheckView MayListen(string address)
    {
        if (Parse(address) is not { } named || !IPAddress.TryParse(named.Host, out var ip)) return CheckView.Skipped("listen", $"{address} is no IP address that can be tried.");
        using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As the node itself listens: a port whose last connections are still being closed is free.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(ip, named.Port));
            socket.Listen(1);
            return CheckView.Ok("listen", $"{address} is free.");
        }
        catch (SocketException e)
        {
            return new CheckView("listen", CheckState.Failed, $"{address} cannot be listened on.", e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "Another program uses the port.",
                SocketError.AddressNotAvailable => "The machine has no such address.",
                SocketError.AccessDenied => "Ports below 1024 are the system's.",
                _ => e.Message,
            }, $"Choose another \"listen\" address; `ss -ltnp 'sport = :{named.Port}'` shows who uses it.");
        }
    }

    /// <summary>One that answers is enough to join.</summary>
    private static async Task<CheckView> BootstrapAsync(NodeOptions options, CancellationToken stop)
    {
        if (options.Bootstrap.Count == 0)
        {
            return options.Reach.Mdns || options.Roles.HasFlag(NodeRoles.Broker)
                ? CheckView.Ok("bootstrap", options.Reach.Mdns ? "Nodes of the local network are looked for." : "None is given: this broker waits for others to find it.")
                : new CheckView("bootstrap", CheckState.Failed, "\"bootstrap\" is empty, and the node is no broker.", "It would find no market.", "Give the address of at least one broker, as in /ip4/192.0.2.7/tcp/4001/p2p/12D3KooW...");
        }

        var faults = await Task.WhenAll(options.Bootstrap.Select(address => DialAsync(address, stop)));
        var reached = faults.Count(fault => fault is null);
        if (reached > 0) return CheckView.Ok("bootstrap", $"{reached} of {faults.Length} bootstrap addresses take connections.");
        return new CheckView("bootstrap", CheckState.Failed, $"None of {faults.Length} bootstrap addresses takes a connection.", faults[0]!, "Compare the address with what `hypha-market node status` of that node shows, and look at the firewalls between.");
    }

    private static async Task<string?> DialAsync(string address, CancellationToken stop)
    {
        if (Parse(address) is not { } named) return null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(DialTimeout);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(named.Host, named.Port, limit.Token);
            return null;
        }
        catch (SocketException e)
        {
            return $"{address}: {e.Message}.";
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return $"{address}: no answer within {DialTimeout.TotalSeconds:0} s.";
        }
    }

    /// <summary>The host and TCP port that a valid multiaddr starts with; null for a /dnsaddr, which names neither.</summary>
    private static (string Host, int Port)? Parse(string address)
    {
        var parts = address.Split('/');
        return parts.Length >= 5 && parts[3] == "tcp" && int.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= ushort.MaxValue ? (parts[2], port) : null;
    }
}
