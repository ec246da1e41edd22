using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using Microsoft.Extensions.Logging;
using Libp2pHost = HyphaMarket.Libp2p.Hosting.Host;

namespace HyphaMarket.Node.Networking;

/// <summary>Keeps what the host knows of other nodes beyond a restart, and looks for those seen last when the node starts.</summary>
internal sealed partial class KnownPeers : IAsyncDisposable
{
    /// <summary>How often the file is written, and so how much a crash can lose; a stop writes it too.</summary>
    private static readonly TimeSpan SaveInterval = TimeSpan.FromMinutes(5);

    /// <summary>Peers dialled at the start: enough that some of them are still there, few enough to be no burden.</summary>
    private const int Redialled = 8;

    private readonly Libp2pHost _host;
    private readonly PeerStoreFile _file;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private IReadOnlyList<PeerId> _lastSeen = [];
    private Task _running = Task.CompletedTask;

    public KnownPeers(Libp2pHost host, string path, ILogger log)
    {
        _host = host;
        _file = new PeerStoreFile(path);
        _log = log;
    }

    /// <summary>Reads the file; call it before the host starts.</summary>
    public void Load()
    {
        var load = _file.Load(_host.PeerStore);
        _lastSeen = _host.PeerStore.LastSeen(Redialled);
        if (load.Problem is { } problem) LogProblem(problem);
        else LogLoaded(load.Peers);
    }

    /// <summary>Begins to look for the peers seen last and to write the file now and then; call it once the host has started.</summary>
    public void Start() => _running = Task.WhenAll(Task.WhenAll(_lastSeen.Select(RedialAsync)), SaveNowAndThenAsync());

    /// <summary>Writes the file for the last time; call it while the host is still connected, so that its peers are saved as present.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        // A node that never started has nothing to say about its peers, and must not overwrite what another run knew.
        var started = _running != Task.CompletedTask;
        await _running;
        if (started) Save();
        _stopping.Dispose();
    }

    private async Task RedialAsync(PeerId peer)
    {
        try
        {
            await _host.ConnectAsync(peer, [], _stopping.Token);
        }
        catch (Exception gone) when (gone is DialException or OperationCanceledException)
        {
            // It may have left for good; the others and the first contacts remain.
            LogGone(peer, gone.Message);
        }
    }

    private async Task SaveNowAndThenAsync()
    {
        using var timer = new PeriodicTimer(SaveInterval, _host.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token)) Save();
        }
        catch (OperationCanceledException)
        {
            // Stopped by us.
        }
    }

    private void Save()
    {
        try
        {
            _file.Save(_host.PeerStore);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The node works without the file, and the disk is told of where it matters, by the journal.
            LogNotSaved(refused.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Peers} peers are known from before")]
    private partial void LogLoaded(int peers);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private partial void LogProblem(string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The known peers could not be saved: {Reason}")]
    private partial void LogNotSaved(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Peer}, known from before, was not reached: {Reason}")]
    private partial void LogGone(PeerId peer, string reason);
}
