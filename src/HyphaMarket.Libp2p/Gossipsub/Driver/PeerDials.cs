using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Gossipsub.Driver;

/// <summary>Connects to peers that trusted peers suggested, a few at a time, and keeps explicit peers connected. Safe for use by many threads.</summary>
internal sealed class PeerDials(IHost host, GossipsubOptions options, GossipsubCounters counters, Action<PeerId, string> onFailure, CancellationToken stopping)
{
    private readonly Lock _gate = new();
    private readonly Queue<PeerExchangeRecord> _waiting = new();
    private readonly List<Task> _workers = [];

    /// <summary>Queues what has room; the rest is counted.</summary>
    public void Suggest(ConnectTo suggestion)
    {
        lock (_gate)
        {
            var room = Math.Max(0, options.MaxQueuedDials - _waiting.Count);
            foreach (var peer in suggestion.Peers.Take(room)) _waiting.Enqueue(peer);
            counters.Add(GossipsubCounter.PeerExchangeIgnored, Math.Max(0, suggestion.Peers.Count - room));
            _workers.RemoveAll(worker => worker.IsCompleted);
            // No worker stands by: most nodes never hear of a suggestion.
            while (_workers.Count < Math.Min(options.ConcurrentDials, _waiting.Count)) _workers.Add(Task.Run(WorkAsync, CancellationToken.None));
        }
    }

    /// <summary>Dials the explicit peers that are not connected, now and at every check, until the service ends.</summary>
    public async Task KeepExplicitAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(options.ExplicitPeerCheckInterval, host.Time);
            do
            {
                foreach (var peer in options.ExplicitPeers) await ConnectAsync(peer.Id, peer.Addresses);
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The service ends.
        }
    }

    /// <summary>Waits for the dials under way, which the service's end has cancelled.</summary>
    public async Task FinishAsync()
    {
        Task[] workers;
        lock (_gate)
        {
            _waiting.Clear();
            workers = [.. _workers];
        }
        await Task.WhenAll(workers);
    }

    private async Task WorkAsync()
    {
        while (TryTake(out var suggested))
        {
            if (Read(suggested) is not var (peer, addresses) || addresses.Count == 0)
            {
                counters.Add(GossipsubCounter.PeerExchangeIgnored);
                continue;
            }
            counters.Add(GossipsubCounter.PeerExchangeDials);
            await ConnectAsync(peer, addresses);
        }
    }

    private bool TryTake(out PeerExchangeRecord suggested)
    {
        lock (_gate) return _waiting.TryDequeue(out suggested) && !stopping.IsCancellationRequested;
    }

    /// <summary>Whom to dial and where; null where the record is not the peer's own.</summary>
    private (PeerId Peer, IReadOnlyList<Multiaddr> Addresses)? Read(PeerExchangeRecord suggested)
    {
        if (!PeerId.TryFromBytes(suggested.PeerId.Span, out var peer)) return null;
        // v1.1: "the pruned peer will have to rely on the ambient peer discovery service (if set up) to discover the addresses".
        if (suggested.SignedPeerRecord.IsEmpty) return (peer, host.PeerStore.GetAddresses(peer));
        if (!SignedPeerRecord.TryOpen(suggested.SignedPeerRecord.Span, out var record, out _) || record.Peer != peer) return null;
        return (peer, record.Record.Addresses);
    }

    private async Task ConnectAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses)
    {
        if (host.IsConnected(peer)) return;
        using var deadline = new CancellationTokenSource(options.DialTimeout, host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        try
        {
            await host.ConnectAsync(peer, addresses, either.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            onFailure(peer, exception.Message);
        }
    }
}
