using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Kademlia.Storage;

namespace HyphaMarket.Libp2p.Kademlia;

public sealed partial class KademliaDht
{
    // Keys this node provides, with the time they were last told. Guarded by _gate.
    private readonly Dictionary<KeyBytes, DateTimeOffset> _provided = [];

    /// <summary>Tells the servers closest to a key that this node provides it, and tells them anew until <see cref="StopProviding"/>.</summary>
    /// <param name="key">Any bytes; js-libp2p and go-libp2p accept the multihash of a CID only.</param>
    /// <returns>Other servers that took the record, at least 1.</returns>
    /// <exception cref="KademliaException">None took it; it is not republished.</exception>
    /// <exception cref="InvalidOperationException">Too many keys are provided already.</exception>
    public async Task<int> ProvideAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default)
    {
        var id = new KeyBytes(CheckKey(key).ToArray());
        lock (_gate)
        {
            if (!_provided.ContainsKey(id) && _provided.Count >= _options.MaxProvidedKeys)
                throw new InvalidOperationException($"{_provided.Count} keys are provided already, the most that this node republishes.");
        }
        var accepted = await TellProvidedAsync(id.Bytes, cancellationToken);
        lock (_gate) _provided[id] = _host.Time.GetUtcNow();
        return accepted;
    }

    /// <summary>Ceases to republish; what others hold lapses with its life.</summary>
    public void StopProviding(ReadOnlyMemory<byte> key)
    {
        lock (_gate) _provided.Remove(new KeyBytes(key));
    }

    /// <summary>When this node's record of a key was last told, or null where it provides no such key.</summary>
    public DateTimeOffset? LastProvided(ReadOnlyMemory<byte> key)
    {
        lock (_gate) return _provided.TryGetValue(new KeyBytes(key), out var told) ? told : null;
    }

    /// <summary>Finds providers of a key, at most <paramref name="limit"/>; the search ends when so many are found.</summary>
    /// <remarks>One server's answer fills at most half of the limit before the search has ended: a liar's providers do not hide the others'.</remarks>
    /// <returns>Providers as servers named them, in no order; addresses are claims until a connection proves them. Empty where none is known.</returns>
    public async Task<IReadOnlyList<PeerInfo>> FindProvidersAsync(ReadOnlyMemory<byte> key, int limit = 20, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        var target = KadKey.Of(CheckKey(key).Span);
        var found = new ProviderGathering(target, limit);
        List<KadPeer> own;
        lock (_gate) own = [.. _core.Providers.Get(_host.Time.GetUtcNow(), key, _random).Select(r => new KadPeer(r.Provider, r.Addresses))];
        if (!found.Add(own, most: limit))
        {
            var job = new LookupJob(new KadMessage { Type = KadMessageType.GetProviders, Key = key })
            {
                OnReply = (_, reply) => found.Add(reply.ProviderPeers, most: (limit + 1) / 2),
            };
            await RunLookupAsync(job, cancellationToken);
        }
        return found.Take();
    }

    /// <summary>Asks one server alone which providers of a key it holds, as an operator does who wants to know what others hold of a node.</summary>
    /// <returns>Null where it did not answer.</returns>
    public async Task<IReadOnlyList<PeerInfo>?> AskProvidersAsync(PeerInfo server, ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(server);
        try
        {
            var reply = await _rpc.RequestAsync(server.Id, server.Addresses, new KadMessage { Type = KadMessageType.GetProviders, Key = CheckKey(key) }, cancellationToken);
            var target = KadKey.Of(key.Span);
            return [.. reply.ProviderPeers.Select(named => new PeerInfo(named.Id, named.Addresses, KadKey.Of(named.Id).DistanceTo(target)))];
        }
        catch (Exception e) when (KademliaRpc.IsPeerFailure(e))
        {
            return null;
        }
    }

    private async Task<int> TellProvidedAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        var report = await LookupAsync(key, cancellationToken);
        var message = new KadMessage
        {
            Type = KadMessageType.AddProvider,
            Key = key,
            ProviderPeers = [new KadPeer(_host.Id, [.. _host.Addresses.Take(_options.MaxAddressesPerPeer)])],
        };
        lock (_gate)
        {
            // A server keeps its own record too: it answers those who ask it first.
            if (_mode == KademliaMode.Server) _core.Providers.Add(_host.Time.GetUtcNow(), key, _host.Id, _host.Addresses);
        }
        var accepted = await CountAsync(report.Peers, async (peer, token) =>
        {
            await _rpc.TellAsync(peer.Id, peer.Addresses, message, token);
            return true;
        }, cancellationToken);
        return accepted > 0
            ? accepted
            : throw new KademliaException($"No server took the provider record: {report.Peers.Count} were found, none accepted it (lookup {report.Outcome}).");
    }

    /// <summary>Does the same with several peers, alpha at a time, and counts the successes. A peer's failure is not ours.</summary>
    private async Task<int> CountAsync(IReadOnlyList<PeerInfo> peers, Func<PeerInfo, CancellationToken, Task<bool>> action, CancellationToken cancellationToken)
    {
        var count = 0;
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = all.Token };
        await Parallel.ForEachAsync(peers, parallel, async (peer, token) =>
        {
            try
            {
                if (await action(peer, token)) Interlocked.Increment(ref count);
            }
            catch (Exception e) when (KademliaRpc.IsPeerFailure(e))
            {
                // A reset may be a refusal of this one record, so the peer keeps its place; a lookup will find out whether it is gone.
                LogPeerFailed(peer.Id, e.Message);
            }
        });
        return count;
    }
}
