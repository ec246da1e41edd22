using HyphaMarket.Market.Ids;

namespace HyphaMarket.Node.Brokering;

/// <summary>The watchers of one market; bounded in all and for each owner.</summary>
internal sealed class WatcherList
{
    private const int MaxWatchers = 4096;
    private const int MaxPerOwner = 4;

    private readonly List<Watcher> _watchers = [];

    public IReadOnlyList<Watcher> All => _watchers;

    public IEnumerable<Watcher> Of(ParticipantId owner) => _watchers.Where(watcher => watcher.Owner == owner);

    /// <summary>Null where there are too many.</summary>
    public Watcher? Add(ParticipantId owner, bool wantsAll)
    {
        if (_watchers.Count >= MaxWatchers || Of(owner).Count() >= MaxPerOwner) return null;
        var watcher = new Watcher(owner, wantsAll);
        _watchers.Add(watcher);
        return watcher;
    }

    public void Remove(Watcher watcher)
    {
        _watchers.Remove(watcher);
        watcher.Complete();
    }
}
