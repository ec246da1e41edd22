using HyphaMarket.Libp2p.Kademlia.Storage;

namespace HyphaMarket.Libp2p.Kademlia;

public sealed partial class KademliaDht
{
    private async Task RepublishAsync(CancellationToken cancellationToken)
    {
        foreach (var key in Due(_provided, told => told))
        {
            if (!await TryRepublishAsync(() => TellProvidedAsync(key.Bytes, cancellationToken))) continue;
            lock (_gate)
            {
                if (_provided.ContainsKey(key)) _provided[key] = _host.Time.GetUtcNow();
            }
        }
        foreach (var key in Due(_published, published => published.Told))
        {
            Published? published;
            lock (_gate) published = _published.GetValueOrDefault(key);
            if (published is null) continue;
            // Others would refuse a value that is no longer the best, and a publisher that is behind must not fight the one that is ahead.
            if (await GetValueAsync(key.Bytes, SupersededQuorum, cancellationToken) is { } best && _core.Validators.IsBetter(key.Bytes.Span, best.Value, published.Value))
            {
                LogValueSuperseded();
                StopPublishing(key.Bytes);
                continue;
            }
            if (!await TryRepublishAsync(() => PutValueAsync(key.Bytes, published.Value, cancellationToken))) continue;
            lock (_gate)
            {
                if (_published.ContainsKey(key)) _published[key] = published with { Told = _host.Time.GetUtcNow() };
            }
        }
    }

    // Our own copy and a few others': one stale holder must not make us believe that we are still the best.
    private const int SupersededQuorum = 4;

    private List<KeyBytes> Due<T>(Dictionary<KeyBytes, T> told, Func<T, DateTimeOffset> when)
    {
        lock (_gate)
        {
            var now = _host.Time.GetUtcNow();
            return [.. told.Where(p => now - when(p.Value) >= _options.RepublishInterval).Select(p => p.Key)];
        }
    }

    private async Task<bool> TryRepublishAsync(Func<Task<int>> tell)
    {
        try
        {
            await tell();
            return true;
        }
        catch (KademliaException e)
        {
            LogRepublishFailed(e.Message);
            return false;
        }
    }
}
