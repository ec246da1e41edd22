using System.Threading.Channels;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Lookups;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Kademlia;

public sealed partial class KademliaDht
{
    /// <summary>The k servers closest to a key by XOR of SHA-256, nearest first; only peers that answered.</summary>
    /// <exception cref="KademliaException">The lookup did not converge: the deadline or a bound was reached first.</exception>
    public Task<IReadOnlyList<PeerInfo>> GetClosestPeersAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default) =>
        GetClosestPeersAsync(key, includeSelf: false, cancellationToken);

    /// <summary>The same; <paramref name="includeSelf"/> counts this node among the servers while it is one.</summary>
    /// <exception cref="KademliaException">The lookup did not converge: the deadline or a bound was reached first.</exception>
    public async Task<IReadOnlyList<PeerInfo>> GetClosestPeersAsync(ReadOnlyMemory<byte> key, bool includeSelf, CancellationToken cancellationToken = default)
    {
        var report = await LookupAsync(key, cancellationToken);
        if (report.Outcome != LookupOutcome.Converged)
        {
            throw new KademliaException(
                $"The closest peers are not known: the lookup ended {report.Outcome} after {report.Requests} requests, {report.Failures} without an answer.");
        }
        if (!includeSelf || Mode != KademliaMode.Server) return report.Peers;
        var self = new PeerInfo(_host.Id, _host.Addresses, KadKey.Of(_host.Id).DistanceTo(KadKey.Of(key.Span)));
        return [.. report.Peers.Append(self).OrderBy(p => p.Distance).Take(_options.BucketSize)];
    }

    /// <summary>Searches the servers closest to a key and tells how the search went, also where it did not converge.</summary>
    /// <param name="key">1 to MaxKeyBytes bytes; they are hashed.</param>
    public Task<LookupReport> LookupAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default) =>
        RunLookupAsync(FindNode(CheckKey(key)), cancellationToken);

    /// <summary>The same over paths that share no queried peer, whatever the option says: a liar spoils only the path that asked it.</summary>
    /// <param name="disjointPaths">1 to 16.</param>
    public Task<LookupReport> LookupAsync(ReadOnlyMemory<byte> key, int disjointPaths, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(disjointPaths);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(disjointPaths, KademliaOptions.MaxDisjointPaths);
        return RunLookupAsync(FindNode(CheckKey(key)) with { DisjointPaths = disjointPaths }, cancellationToken);
    }

    /// <summary>Finds and connects to a peer, a server or not. Its addresses count only once a connection has proved them.</summary>
    /// <returns>The peer with its known addresses, or null where no server led to it.</returns>
    public async Task<PeerInfo?> FindPeerAsync(PeerId peer, CancellationToken cancellationToken = default)
    {
        if (peer == _host.Id) return new PeerInfo(peer, _host.Addresses, default);
        // Not disposed: a dial that outlives a cancelled search may still signal it. It has no timer and holds nothing.
        var found = new CancellationTokenSource();
        var dialer = new PeerDialer(_host, peer, _options, found);
        dialer.Offer(_host.PeerStore.GetAddresses(peer));
        if (!_host.IsConnected(peer))
        {
            var job = FindNode(peer.Bytes) with
            {
                // Whoever names the peer may lie about where it is: the dialer tries, and a false address costs it only that attempt.
                Withhold = peer,
                OnReply = (_, reply) =>
                {
                    foreach (var named in reply.CloserPeers.Where(p => p.Id == peer)) dialer.Offer(named.Addresses);
                    return false;
                },
                Stop = found.Token,
            };
            await RunLookupAsync(job, cancellationToken);
        }
        await dialer.FinishAsync(cancellationToken);
        return _host.IsConnected(peer) ? new PeerInfo(peer, _host.PeerStore.GetAddresses(peer), default) : null;
    }

    private async Task<LookupReport> RunLookupAsync(LookupJob job, CancellationToken cancellationToken)
    {
        var started = _host.Time.GetTimestamp();
        var target = KadKey.Of(job.Request.Key.Span);
        using var deadline = new CancellationTokenSource(_options.LookupTimeout, _host.Time);
        using var all = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken, _stopping.Token, job.Stop);
        Lookup? lookup = null;
        try
        {
            await _lookupSlots.WaitAsync(all.Token);
            try
            {
                lock (_gate) lookup = _core.StartLookup(target, job.DisjointPaths, job.FromBootstrapPeers);
                await DriveAsync(lookup, job, all.Token);
            }
            finally
            {
                _lookupSlots.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && !_stopping.IsCancellationRequested)
        {
            lookup?.Stop(job.Stop.IsCancellationRequested ? LookupOutcome.Stopped : LookupOutcome.TimedOut);
        }
        var report = lookup?.Report() ?? new LookupReport(LookupOutcome.TimedOut, [], 0, 0, 0, 0);
        report = report with { Duration = _host.Time.GetElapsedTime(started) };
        lock (_gate) _core.OnLookupEnded(_host.Time.GetUtcNow(), target, report, _mode == KademliaMode.Server, job.IsRefresh);
        LogLookup(report.Outcome, report.Peers.Count, report.Requests, report.Failures, report.Hops);
        Raise(LookupCompleted, report);
        return report;
    }

    private async Task DriveAsync(Lookup lookup, LookupJob job, CancellationToken cancellationToken)
    {
        // At most alpha requests are under way, and each writes one outcome: the channel never fills.
        var outcomes = Channel.CreateBounded<(LookupRequest Request, KadMessage? Reply)>(_options.Parallelism);
        using var requests = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task>();
        try
        {
            while (!lookup.IsDone)
            {
                while (lookup.TryTake(out var next)) running.Add(AskAsync(next, job, outcomes.Writer, requests.Token));
                var (request, reply) = await outcomes.Reader.ReadAsync(cancellationToken);
                if (reply is null)
                {
                    lookup.OnFailure(request.Peer);
                    continue;
                }
                var enough = job.OnReply?.Invoke(request, reply) ?? false;
                lookup.OnResponse(request.Peer, job.Withhold.IsDefault ? reply.CloserPeers : [.. reply.CloserPeers.Where(p => p.Id != job.Withhold)]);
                if (enough) lookup.Stop(LookupOutcome.Stopped);
            }
        }
        finally
        {
            await requests.CancelAsync();
            await Task.WhenAll(running);
        }
    }

    private async Task AskAsync(LookupRequest next, LookupJob job, ChannelWriter<(LookupRequest Request, KadMessage? Reply)> outcomes, CancellationToken cancellationToken)
    {
        KadMessage? reply = null;
        try
        {
            reply = await _rpc.RequestAsync(next.Peer, next.Addresses, job.Request, cancellationToken);
            OnAnswered(next.Peer, next.Addresses, job.FromBootstrapPeers);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The lookup is over: nobody waits for this outcome, and it says nothing about the peer.
            return;
        }
        catch (Exception e)
        {
            OnRequestFailed(next.Peer, e);
        }
        outcomes.TryWrite((next, reply));
    }

    private void OnAnswered(PeerId peer, IReadOnlyList<Multiaddr> addresses, bool isVouched)
    {
        // Identify tells the addresses as a rule; until it has, those that others told are what we can pass on.
        if (addresses.Count > 0 && _host.PeerStore.GetAddresses(peer).Count == 0)
        {
            _host.PeerStore.AddAddresses(peer, addresses, _options.AddressLifetime);
        }
        AdmitServer(peer, isVouched);
    }

    private void OnRequestFailed(PeerId peer, Exception exception)
    {
        if (KademliaRpc.IsPeerFailure(exception)) LogPeerFailed(peer, exception.Message);
        else LogUnexpected(exception);
        var now = _host.Time.GetUtcNow();
        DropServer(table => table.OnFailed(now, peer), peer);
        // The loop has a suspect to look after.
        WakeMaintenance(refresh: false);
    }

    private static LookupJob FindNode(ReadOnlyMemory<byte> key) => new(new KadMessage { Type = KadMessageType.FindNode, Key = key });

    private ReadOnlyMemory<byte> CheckKey(ReadOnlyMemory<byte> key) => key.Length >= 1 && key.Length <= _options.MaxKeyBytes
        ? key
        : throw new ArgumentException($"A key has 1 to {_options.MaxKeyBytes} bytes, not {key.Length}.", nameof(key));
}
