using HyphaMarket.Libp2p.Discovery.Mdns;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Networking;

/// <summary>Finds nodes of the local network by multicast DNS and connects with them: identify then tells the DHT which of them are of this network.</summary>
internal sealed partial class LocalDiscovery : IAsyncDisposable
{
    /// <summary>Dials under way; a peer beyond them is dialled when it is told again, within two minutes.</summary>
    private const int MaxDials = 8;

    private readonly IHost _host;
    private readonly ILogger _log;
    private readonly MdnsService _mdns;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _dials = new(MaxDials);

    public LocalDiscovery(IHost host, ILoggerFactory logs)
    {
        (_host, _log) = (host, logs.CreateLogger<LocalDiscovery>());
        _mdns = new MdnsService(host, loggerFactory: logs);
        _mdns.PeerFound += OnFound;
    }

    /// <exception cref="IOException">The port of multicast DNS cannot be listened on.</exception>
    public void Start() => _mdns.Start();

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        _mdns.PeerFound -= OnFound;
        await _stopping.CancelAsync();
        await _mdns.DisposeAsync();
        // Every dial ends at once now; the last one to give its place back is the last to use what is disposed here.
        for (var i = 0; i < MaxDials; i++) await _dials.WaitAsync();
        _dials.Dispose();
        _stopping.Dispose();
    }

    private void OnFound(PeerId peer, IReadOnlyList<Multiaddr> addresses)
    {
        if (_host.IsConnected(peer) || !_dials.Wait(0)) return;
        _ = DialAsync(peer, addresses);
    }

    private async Task DialAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses)
    {
        try
        {
            await _host.ConnectAsync(peer, addresses, _stopping.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            LogNotReached(peer, exception.Message);
        }
        finally
        {
            _dials.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Peer}, found on the local network, was not reached: {Reason}")]
    private partial void LogNotReached(PeerId peer, string reason);
}
