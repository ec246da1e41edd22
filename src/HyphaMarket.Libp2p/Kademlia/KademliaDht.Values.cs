using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Storage;

namespace HyphaMarket.Libp2p.Kademlia;

public sealed partial class KademliaDht
{
    private sealed record Published(ReadOnlyMemory<byte> Value, DateTimeOffset Told);

    // Values this node publishes, with the time they were last told. Guarded by _gate.
    private readonly Dictionary<KeyBytes, Published> _published = [];

    /// <summary>Stores a value with the servers closest to its key.</summary>
    /// <param name="key">A key <c>/namespace/...</c> whose namespace has a validator.</param>
    /// <returns>Other servers that stored it, at least 1.</returns>
    /// <exception cref="ArgumentException">The namespace is unknown or its validator refuses the value.</exception>
    /// <exception cref="KademliaException">No server stored it.</exception>
    public async Task<int> PutValueAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default)
    {
        CheckKey(key);
        if (value.Length > _options.MaxValueBytes) throw new ArgumentException($"A value has at most {_options.MaxValueBytes} bytes, not {value.Length}.", nameof(value));
        if (!_core.Validators.IsValid(key.Span, value.Span)) throw new ArgumentException("The key's namespace is unknown, or its validator refuses the value.", nameof(value));
        var report = await LookupAsync(key, cancellationToken);
        lock (_gate)
        {
            if (_mode == KademliaMode.Server) _core.Records.Put(_host.Time.GetUtcNow(), key, value);
        }
        var message = PutMessage(key, value);
        var stored = await CountAsync(report.Peers, (peer, token) => PutToAsync(peer, message, token), cancellationToken);
        return stored > 0
            ? stored
            : throw new KademliaException($"No server stored the value: {report.Peers.Count} were found, none accepted it (lookup {report.Outcome}).");
    }

    /// <summary>Stores a value as <see cref="PutValueAsync"/> does, and again before it lapses, until <see cref="StopPublishing"/> or until a better value is found.</summary>
    /// <returns>Other servers that stored it, at least 1.</returns>
    /// <exception cref="ArgumentException">The namespace is unknown or its validator refuses the value.</exception>
    /// <exception cref="KademliaException">No server stored it; it is not republished.</exception>
    /// <exception cref="InvalidOperationException">Too many values are published already.</exception>
    public async Task<int> PublishValueAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default)
    {
        var id = new KeyBytes(key.ToArray());
        lock (_gate)
        {
            if (!_published.ContainsKey(id) && _published.Count >= _options.MaxPublishedValues)
                throw new InvalidOperationException($"{_published.Count} values are published already, the most that this node republishes.");
        }
        var own = value.ToArray();
        var stored = await PutValueAsync(id.Bytes, own, cancellationToken);
        lock (_gate) _published[id] = new Published(own, _host.Time.GetUtcNow());
        return stored;
    }

    /// <summary>Ceases to republish; what others hold lapses with its life.</summary>
    public void StopPublishing(ReadOnlyMemory<byte> key)
    {
        lock (_gate) _published.Remove(new KeyBytes(key));
    }

    /// <summary>When this node's value of a key was last told, or null where it publishes none.</summary>
    public DateTimeOffset? LastPublished(ReadOnlyMemory<byte> key)
    {
        lock (_gate) return _published.TryGetValue(new KeyBytes(key), out var published) ? published.Told : null;
    }

    /// <summary>Finds the best value of a key; servers that returned a worse one are told the best.</summary>
    /// <param name="quorum">
    /// Values to collect before choosing, this node's own included; where the lookup has disjoint paths they are from as many of them as can be. The search
    /// goes on to its end where fewer are found.
    /// </param>
    /// <returns>The best value and how many returned a valid one, or null where nobody did.</returns>
    /// <exception cref="ArgumentException">The key's namespace has no validator, so no value could be judged.</exception>
    public async Task<FoundValue?> GetValueAsync(ReadOnlyMemory<byte> key, int quorum = 1, CancellationToken cancellationToken = default)
    {
        CheckKey(key);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(quorum);
        if (_core.Validators.Find(key.Span) is null) throw new ArgumentException("The key's namespace has no validator.", nameof(key));
        StoredRecord? own;
        lock (_gate) own = _core.Records.Get(_host.Time.GetUtcNow(), key);
        ReadOnlyMemory<byte>? best = own?.Value;
        var holders = new List<(PeerId Peer, ReadOnlyMemory<byte> Value)>();
        var copies = own is null ? 0 : 1;
        if (copies < quorum)
        {
            // One liar's path must not make up the quorum.
            var paths = new HashSet<int>();
            var fromPaths = Math.Min(_options.DisjointPaths, quorum - copies);
            var job = new LookupJob(new KadMessage { Type = KadMessageType.GetValue, Key = key })
            {
                OnReply = (request, reply) =>
                {
                    if (reply.Record is not { } record || !record.Key.Span.SequenceEqual(key.Span)) return false;
                    if (!_core.Validators.IsValid(key.Span, record.Value.Span)) return false;
                    holders.Add((request.Peer, record.Value));
                    paths.Add(request.Path);
                    copies++;
                    if (best is not { } current || _core.Validators.IsBetter(key.Span, record.Value, current)) best = record.Value;
                    return copies >= quorum && paths.Count >= fromPaths;
                },
            };
            await RunLookupAsync(job, cancellationToken);
        }
        if (best is not { } value) return null;
        Correct(key, value, [.. holders.Where(h => !h.Value.Span.SequenceEqual(value.Span)).Select(h => h.Peer)], ownIsWorse: own is not null && !own.Value.Span.SequenceEqual(value.Span));
        return new FoundValue(value, copies);
    }

    // "Nodes that returned worse records are updated via a direct PUT_VALUE RPC call when the lookup completes."
    private void Correct(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> best, IReadOnlyList<PeerId> outdated, bool ownIsWorse)
    {
        if (ownIsWorse)
        {
            lock (_gate) _core.Records.Put(_host.Time.GetUtcNow(), key, best);
        }
        if (outdated.Count == 0) return;
        var message = PutMessage(key, best);
        RunInBackground(token => CountAsync([.. outdated.Select(p => new PeerInfo(p, [], default))], (peer, inner) => PutToAsync(peer, message, inner), token));
    }

    private KadMessage PutMessage(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) => new()
    {
        Type = KadMessageType.PutValue,
        Key = key,
        Record = new KadRecord(key, value, KademliaCore.FormatTime(_host.Time.GetUtcNow())),
    };

    private async Task<bool> PutToAsync(PeerInfo peer, KadMessage message, CancellationToken cancellationToken)
    {
        var reply = await _rpc.RequestAsync(peer.Id, peer.Addresses, message, cancellationToken);
        return reply.Record is { } echo && echo.Value.Span.SequenceEqual(message.Record!.Value.Span);
    }
}
