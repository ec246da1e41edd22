using HyphaMarket.Libp2p.Kademlia.Persistence;

namespace HyphaMarket.Libp2p.Kademlia;

public sealed partial class KademliaDht
{
    // Peers of an earlier run that were not asked yet. Guarded by _gate.
    private List<SavedPeer> _remembered = [];

    /// <summary>The table as it is kept over a restart (<see cref="RoutingTableFile"/>): peers with an address that are no suspects, longest in the table first.</summary>
    public IReadOnlyList<SavedPeer> TakeSnapshot()
    {
        lock (_gate)
        {
            return [.. _core.Table.Entries
                .Where(e => !e.IsSuspect)
                .OrderBy(e => e.FirstSeen)
                .Select(e => new SavedPeer(e.Peer, [.. AddressesOf(e.Peer).Take(_options.MaxAddressesPerPeer)], e.FirstSeen, e.LastSeen))
                .Where(p => p.Addresses.Count > 0)
                .Take(_options.MaxSavedPeers)];
        }
    }

    /// <summary>Takes peers of an earlier run. The next refresh asks them, and those that answer have a place again.</summary>
    public void Restore(IReadOnlyList<SavedPeer> peers)
    {
        ArgumentNullException.ThrowIfNull(peers);
        lock (_gate) _remembered = [.. peers.Where(p => p.Peer != _host.Id).Take(_options.MaxSavedPeers)];
        WakeMaintenance(refresh: true);
    }

    private async Task AskRememberedPeersAsync(CancellationToken cancellationToken)
    {
        List<SavedPeer> peers;
        lock (_gate) (peers, _remembered) = (_remembered, []);
        if (peers.Count == 0) return;
        // Most may be gone after a long stop. What the deadline cuts off, the lookups find again from those that answered.
        using var deadline = new CancellationTokenSource(_options.LookupTimeout, _host.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await ForEachAsync(peers, async (peer, token) =>
            {
                try
                {
                    await _rpc.RequestAsync(peer.Peer, peer.Addresses, LivenessRequest, token);
                    OnAnswered(peer.Peer, peer.Addresses, isVouched: false);
                }
                catch (Exception e) when (KademliaRpc.IsPeerFailure(e))
                {
                    LogPeerFailed(peer.Peer, e.Message);
                }
            }, both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            LogRestoreCut(peers.Count);
        }
    }
}
