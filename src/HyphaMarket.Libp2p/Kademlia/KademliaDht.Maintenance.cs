using System.Runtime.CompilerServices;
using System.Threading.Channels;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Lookups;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;

namespace HyphaMarket.Libp2p.Kademlia;

public sealed partial class KademliaDht
{
    // Background corrections are few and end with their deadlines; past this many a correction is left to the next reader.
    private const int MaxBackground = 64;

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly HashSet<Task> _background = [];
    private volatile bool _refreshWanted;
    private long? _lastBootstrap;

    /// <summary>Refreshes now: asks the peers kept from an earlier run, then looks up our own key and one key in each stale bucket.</summary>
    /// <remarks>While the table is empty, and from time to time whatever it holds, the lookups start from the bootstrap peers alone.</remarks>
    public async Task RefreshAsync(CancellationToken cancellationToken = default)
    {
        await AskRememberedPeersAsync(cancellationToken);
        var fromBootstrapPeers = IsBootstrapDue();
        if (fromBootstrapPeers)
        {
            await ConnectToBootstrapPeersAsync(cancellationToken);
            // Where none of them answers, the table is what there is.
            fromBootstrapPeers = (await RefreshBucketAsync(_host.Id.Bytes, fromBootstrapPeers, cancellationToken)).Peers.Count > 0;
        }
        if (!fromBootstrapPeers) await RefreshBucketAsync(_host.Id.Bytes, fromBootstrapPeers, cancellationToken);
        IReadOnlyList<int> due;
        lock (_gate) due = _core.Table.DueForRefresh(_host.Time.GetUtcNow(), fromBootstrapPeers ? TimeSpan.Zero : _options.RefreshInterval);
        foreach (var prefixBits in due)
        {
            byte[]? key;
            lock (_gate) key = RefreshKey.Find(KadKey.Of(_host.Id), prefixBits, _random);
            if (key is not null) await RefreshBucketAsync(key, fromBootstrapPeers, cancellationToken);
        }
    }

    private Task<LookupReport> RefreshBucketAsync(ReadOnlyMemory<byte> key, bool fromBootstrapPeers, CancellationToken cancellationToken) =>
        RunLookupAsync(FindNode(key) with { IsRefresh = true, FromBootstrapPeers = fromBootstrapPeers }, cancellationToken);

    private bool IsBootstrapDue()
    {
        if (!_options.BootstrapPeers.Any(p => p.Id != _host.Id)) return false;
        lock (_gate)
        {
            var isDue = _core.Table.LiveCount == 0 || _lastBootstrap is not { } last || _host.Time.GetElapsedTime(last) >= _options.BootstrapInterval;
            if (isDue) _lastBootstrap = _host.Time.GetTimestamp();
            return isDue;
        }
    }

    private async Task MaintainAsync(CancellationToken stopping)
    {
        _refreshWanted = true;
        long? lastRefresh = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await CheckOldPeersAsync(stopping);
                if (lastRefresh is not { } last || UntilRefresh(last) <= TimeSpan.Zero)
                {
                    _refreshWanted = false;
                    lastRefresh = _host.Time.GetTimestamp();
                    Sweep();
                    await RefreshAsync(stopping);
                    await RepublishAsync(stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogMaintenanceFailed(e);
            }
            if (lastRefresh is not null) _bootstrapped.TrySetResult();
            if (lastRefresh is { } done) await WaitAsync(UntilNext(done), stopping);
        }
    }

    private TimeSpan UntilRefresh(long last) => (_refreshWanted ? _options.MinRefreshSpacing : RefreshPeriod()) - _host.Time.GetElapsedTime(last);

    private TimeSpan UntilNext(long last)
    {
        var refresh = UntilRefresh(last);
        DateTimeOffset? check;
        lock (_gate) check = _core.Table.NextSuspectCheck;
        return check - _host.Time.GetUtcNow() is { } untilCheck && untilCheck < refresh ? untilCheck : refresh;
    }

    private TimeSpan RefreshPeriod()
    {
        var sparse = RoutingTableSize < _options.BucketSize;
        return sparse && _options.SparseRefreshInterval < _options.RefreshInterval ? _options.SparseRefreshInterval : _options.RefreshInterval;
    }

    private void WakeMaintenance(bool refresh)
    {
        if (refresh) _refreshWanted = true;
        _wake.Writer.TryWrite(true);
    }

    private async Task WaitAsync(TimeSpan time, CancellationToken stopping)
    {
        if (time <= TimeSpan.Zero) return;
        using var timer = new CancellationTokenSource(time, _host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // The time has come, or the loop ends: its condition knows which.
        }
    }

    private async Task ConnectToBootstrapPeersAsync(CancellationToken cancellationToken)
    {
        var peers = _options.BootstrapPeers.Where(p => p.Id != _host.Id).ToList();
        await ForEachAsync(peers, async (peer, token) =>
        {
            using var deadline = new CancellationTokenSource(_options.RequestTimeout, _host.Time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, token);
            try
            {
                await _host.ConnectAsync(peer.Id, peer.Addresses, both.Token);
            }
            catch (Exception e) when (e is IOException || (e is OperationCanceledException && !token.IsCancellationRequested))
            {
                LogBootstrapFailed(peer.Id, e.Message);
                Raise(BootstrapFailed, new BootstrapFailure(peer.Id, e.Message));
            }
        }, cancellationToken);
    }

    /// <summary>Asks the least recently seen peers of full buckets for which others wait, and the suspects whose time has come.</summary>
    private async Task CheckOldPeersAsync(CancellationToken cancellationToken)
    {
        var checks = new HashSet<PeerId>();
        lock (_gate)
        {
            while (_core.Table.TryTakeCheck(out var peer)) checks.Add(peer);
            checks.UnionWith(_core.Table.SuspectsToCheck(_host.Time.GetUtcNow()));
        }
        await ForEachAsync(checks, async (peer, token) =>
        {
            try
            {
                await _rpc.RequestAsync(peer, [], LivenessRequest, token);
                lock (_gate) _core.Table.OnChecked(_host.Time.GetUtcNow(), peer);
            }
            catch (Exception e) when (KademliaRpc.IsPeerFailure(e))
            {
                OnRequestFailed(peer, e);
            }
        }, cancellationToken);
    }

    /// <summary>Asks so many peers at once as the options allow.</summary>
    private Task ForEachAsync<T>(IReadOnlyCollection<T> peers, Func<T, CancellationToken, ValueTask> ask, CancellationToken cancellationToken) =>
        peers.Count == 0 ? Task.CompletedTask : InParallelAsync(peers, ask, cancellationToken);

    /// <summary>Not inlined: what loops in parallel is loaded once there is somebody to ask, which a node alone never has.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Task InParallelAsync<T>(IReadOnlyCollection<T> peers, Func<T, CancellationToken, ValueTask> ask, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(peers, new ParallelOptions { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = cancellationToken }, ask);

    // Not PING: rust-libp2p does not answer it. Everybody answers FIND_NODE.
    private KadMessage LivenessRequest => new() { Type = KadMessageType.FindNode, Key = _host.Id.Bytes };

    private void Sweep()
    {
        lock (_gate)
        {
            var now = _host.Time.GetUtcNow();
            _core.Providers.Sweep(now);
            _core.Records.Sweep(now);
        }
    }

    private void RunInBackground(Func<CancellationToken, Task> work)
    {
        lock (_gate)
        {
            _background.RemoveWhere(t => t.IsCompleted);
            if (_background.Count >= MaxBackground || _stopping.IsCancellationRequested) return;
            _background.Add(RunAsync());
        }

        async Task RunAsync()
        {
            await Task.Yield();
            try
            {
                await work(_stopping.Token);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // The node stops; nobody waits for this.
            }
            catch (Exception e)
            {
                LogUnexpected(e);
            }
        }
    }

    private Task[] TakeBackground()
    {
        lock (_gate) return [.. _background];
    }
}
