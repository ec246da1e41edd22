using System.Threading.Channels;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Kademlia.Storage;

namespace HyphaMarket.Libp2p.Kademlia;

public sealed partial class KademliaDht
{
    // Background corrections are few and end with their deadlines; past this many a correction is left to the next reader.
    private const int MaxBackground = 64;

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly HashSet<Task> _background = [];
    private volatile bool _refreshWanted;

    /// <summary>Refreshes now: bootstrap peers where the table is empty, a lookup of our own key, then of one key in each stale bucket.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken = default)
    {
        if (RoutingTableSize == 0) await ConnectToBootstrapPeersAsync(cancellationToken);
        await RunLookupAsync(FindNode(_host.Id.Bytes) with { IsRefresh = true }, cancellationToken);
        IReadOnlyList<int> due;
        lock (_gate) due = _core.Table.DueForRefresh(_host.Time.GetUtcNow(), _options.RefreshInterval);
        foreach (var prefixBits in due)
        {
            byte[]? key;
            lock (_gate) key = RefreshKey.Find(KadKey.Of(_host.Id), prefixBits, _random);
            if (key is not null) await RunLookupAsync(FindNode(key) with { IsRefresh = true }, cancellationToken);
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
            if (lastRefresh is { } done) await WaitAsync(UntilRefresh(done), stopping);
        }
    }

    private TimeSpan UntilRefresh(long last) => (_refreshWanted ? _options.MinRefreshSpacing : RefreshPeriod()) - _host.Time.GetElapsedTime(last);

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
        foreach (var peer in _options.BootstrapPeers.Where(p => p.Id != _host.Id))
        {
            using var deadline = new CancellationTokenSource(_options.RequestTimeout, _host.Time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            try
            {
                await _host.ConnectAsync(peer.Id, peer.Addresses, both.Token);
            }
            catch (Exception e) when (e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                LogBootstrapFailed(peer.Id, e.Message);
                Raise(BootstrapFailed, new BootstrapFailure(peer.Id, e.Message));
            }
        }
    }

    /// <summary>Pings the least recently seen peers of full buckets for which others wait.</summary>
    private async Task CheckOldPeersAsync(CancellationToken cancellationToken)
    {
        var checks = new List<PeerId>();
        lock (_gate)
        {
            while (_core.Table.TryTakeCheck(out var peer)) checks.Add(peer);
        }
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(checks, parallel, async (peer, token) =>
        {
            try
            {
                await _rpc.PingAsync(peer, token);
                lock (_gate) _core.Table.OnChecked(_host.Time.GetUtcNow(), peer);
            }
            catch (Exception e) when (KademliaRpc.IsPeerFailure(e))
            {
                OnRequestFailed(peer, e);
            }
        });
    }

    private async Task RepublishAsync(CancellationToken cancellationToken)
    {
        List<KeyBytes> due;
        lock (_gate)
        {
            var now = _host.Time.GetUtcNow();
            due = [.. _provided.Where(p => now - p.Value >= _options.RepublishInterval).Select(p => p.Key)];
        }
        foreach (var key in due)
        {
            try
            {
                await TellProvidedAsync(key.Bytes, cancellationToken);
                lock (_gate)
                {
                    if (_provided.ContainsKey(key)) _provided[key] = _host.Time.GetUtcNow();
                }
            }
            catch (KademliaException e)
            {
                LogRepublishFailed(e.Message);
            }
        }
    }

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
