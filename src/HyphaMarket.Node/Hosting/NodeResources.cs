using Microsoft.Extensions.Logging;

using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Identity;
using HyphaMarket.Node.Logging;
using HyphaMarket.Node.Storage;

namespace HyphaMarket.Node.Hosting;

/// <summary>What a node holds of its machine while it runs: lock, key, log, journal, history. Opened all or none.</summary>
internal sealed class NodeResources : IAsyncDisposable
{
    private readonly Stack<object> _open = new();
    private string? _restoredMark;
    private bool _ran;

    private NodeResources(NetworkDefinition network) => Network = network;

    public NetworkDefinition Network { get; }
    public KeyPair Keys { get; private set; } = null!;
    public ILoggerFactory Logs { get; private set; } = null!;
    public LogLevels LogLevels { get; } = new();
    public Journal Journal { get; private set; } = null!;
    public History History { get; private set; } = null!;

    /// <exception cref="FatalException">Something is missing, damaged, open to others or in use; nothing is left open.</exception>
    public static async Task<NodeResources> OpenAsync(NodeOptions options)
    {
        DataDirectory.Check(options.DataDirectory);
        var resources = new NodeResources(NetworkDocument.Load(options.Network, options.DataDirectory));
        try
        {
            // The lock comes first: nothing else in the directory may be touched without it.
            resources.Keep(InstanceLock.Take(options.LockFile));
            resources.Keys = resources.Keep(KeyFile.Load(options.KeyFile));
            resources.Logs = resources.Keep(LogSetup.Create(options.Log, options.LogFile, resources.LogLevels));
            if (File.Exists(options.RestoredMark))
            {
                options = options with { Journal = options.Journal with { IsOldCopy = true } };
                resources._restoredMark = options.RestoredMark;
            }

            resources.Journal = resources.Keep(Journal.Open(options.JournalFile, options.Journal, resources.Logs.CreateLogger<Journal>()));
            resources.History = resources.Keep(History.Open(options.HistoryFile));
            return resources;
        }
        catch
        {
            await resources.DisposeAsync();
            throw;
        }
    }

    /// <summary>The node ran: what its cores noted of a restored journal is on disk once the journal is closed.</summary>
    public void OnRan() => _ran = true;

    public async ValueTask DisposeAsync()
    {
        var isNoted = _ran && Journal is { Failure: null };
        while (_open.TryPop(out var resource))
        {
            if (resource is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
            else ((IDisposable)resource).Dispose();
        }

        // Where the node ends in any other way, the mark stays and the next start is careful again.
        if (isNoted && _restoredMark is { } mark) File.Delete(mark);
    }

    private T Keep<T>(T resource) where T : notnull
    {
        _open.Push(resource);
        return resource;
    }
}
