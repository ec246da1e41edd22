using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>The broker sets of one market that a node believes, linked: each change carries the signatures of q members of the set before it.</summary>
/// <remarks>Bounded to <see cref="EpochConfig.MostRemembered"/> sets; the earliest are forgotten first.</remarks>
public sealed class EpochChain(NetworkId network, MarketId market, ISignatureVerifier verifier)
{
    private readonly Dictionary<RecordId, EpochConfig> _sets = [];

    /// <summary>The set of now; null while none is believed.</summary>
    public EpochConfig? Current { get; private set; }

    /// <summary>A quorum of one set signed two changes: more of its members are malicious than it withstands. The first that was seen counts.</summary>
    public bool HasForked { get; private set; }

    /// <summary>A believed set by its id, of now or of before.</summary>
    public EpochConfig? Find(RecordId id) => _sets.GetValueOrDefault(id);

    /// <summary>The set that another one follows, where it is known.</summary>
    public EpochConfig? Before(EpochConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.Previous is { } previous ? Find(previous) : null;
    }

    /// <summary>The known sets from an epoch on that lead to the set of now, oldest first.</summary>
    public IReadOnlyList<EpochConfig> Path(ulong fromEpoch = 0)
    {
        var path = new List<EpochConfig>();
        for (var at = Current; at is not null && at.Epoch >= fromEpoch; at = Before(at)) path.Add(at);
        path.Reverse();
        return path;
    }

    /// <summary>The change that a quorum of this set signed.</summary>
    public EpochConfig? ChangeAfter(EpochConfig config) => Following(config, EpochKind.Change).FirstOrDefault();

    /// <summary>The interregnum after this set; of rivals the one with the lower first slot, then the lower id.</summary>
    public EpochConfig? InterregnumAfter(EpochConfig config) => Following(config, EpochKind.Interregnum).OrderBy(rival => rival.FirstSlot).ThenBy(rival => rival.Id).FirstOrDefault();

    /// <summary>Makes a set the one of now: it is believed for other reasons than a link, or was linked before.</summary>
    public void Believe(EpochConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        Current = config;
        Remember(config);
    }

    /// <summary>Remembers a set that follows one that is believed: a change with its signatures, or an interregnum with its own members'. The set of now stays.</summary>
    /// <returns>False where it is known already, follows nothing known, or lacks its signatures.</returns>
    public bool TryLink(EpochConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Market != market || config.Kind == EpochKind.First || _sets.ContainsKey(config.Id)) return false;
        if (Before(config) is not { } before || before.Epoch + 1 != config.Epoch || !config.HasQuorum(network, EpochPhase.Commit, verifier, before)) return false;
        if (config.Kind == EpochKind.Change && ChangeAfter(before) is not null)
        {
            HasForked = true;
            return false;
        }

        Remember(config);
        return true;
    }

    /// <summary>The first known set of the path to the set of now; null while none is believed.</summary>
    public EpochConfig? Earliest => Path().FirstOrDefault();

    /// <summary>
    /// Remembers the set that the earliest one follows. Its id stands in that one, so nobody can show another; a change must have its signatures besides.
    /// </summary>
    /// <returns>False where it is another set, or there is no room for it.</returns>
    public bool TryLinkBefore(EpochConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (Earliest is not { } earliest || config.Id != earliest.Previous || config.Market != market || _sets.Count >= EpochConfig.MostRemembered) return false;
        if (config.Epoch + 1 != earliest.Epoch || !earliest.HasQuorum(network, EpochPhase.Commit, verifier, config)) return false;
        Remember(config);
        return true;
    }

    private IEnumerable<EpochConfig> Following(EpochConfig config, EpochKind kind) => _sets.Values.Where(next => next.Kind == kind && next.Previous == config.Id);

    private void Remember(EpochConfig config)
    {
        _sets[config.Id] = config;
        while (_sets.Count > EpochConfig.MostRemembered) _sets.Remove(_sets.Values.Where(old => old != Current).MinBy(old => (old.Epoch, old.Id))!.Id);
    }
}
