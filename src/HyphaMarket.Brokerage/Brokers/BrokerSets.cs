using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>The broker sets of one market as one broker has them: which set has a slot, and in which slots this broker may vote.</summary>
/// <remarks>
/// Who commits to a next set votes no slot of the old one from 2 A slots before the next one's first on, and who adopts it votes its slots only from
/// 2 A slots after the adoption on. So every vote of the old set that could count was cast so long before that its deadline has passed: a quorum of
/// the old set that voted and a quorum that committed share an honest member, whose vote came before its commitment, or was of an earlier slot. No
/// hold crosses from one set to another, however late a set is adopted.
/// </remarks>
internal sealed class BrokerSets
{
    /// <summary>Clocks of honest brokers differ by less than a slot, and a vote may be cast a moment before its slot: two slots more each way.</summary>
    private const int Slack = 4;

    private readonly Dictionary<RecordId, EpochConfig> _known = [];
    private readonly ParticipantId _me;
    private readonly long _drain;
    private (EpochConfig Config, Slot? From)? _before;
    private Slot? _from;
    private Slot? _end;

    /// <param name="activationSlots">2 A.</param>
    /// <param name="earlier">Sets before this one, oldest first: their certificates are believed, and the last of them may still have slots.</param>
    public BrokerSets(ParticipantId me, long activationSlots, EpochConfig config, IReadOnlyList<EpochConfig> earlier)
    {
        (_me, _drain, Current) = (me, activationSlots, config);
        _known[config.Id] = config;
        foreach (var old in earlier) Learn(old);
        // Nothing was voted before the first set of a market.
        if (config.Kind == EpochKind.First) _from = config.FirstSlot;
    }

    /// <summary>A set of before that became known.</summary>
    public void Learn(EpochConfig earlier)
    {
        if (_known.Count < EpochConfig.MostRemembered) _known.TryAdd(earlier.Id, earlier);
        if (_before is null && earlier.Id == Current.Previous) _before = (earlier, earlier.Kind == EpochKind.First ? earlier.FirstSlot : null);
    }

    /// <summary>The latest set.</summary>
    public EpochConfig Current { get; private set; }

    /// <summary>The set that has a slot.</summary>
    public EpochConfig Of(Slot slot) => _before is { } before && slot < Begin ? before.Config : Current;

    /// <summary>A set by its id, of now or of before.</summary>
    public EpochConfig? Find(RecordId id) => _known.GetValueOrDefault(id);

    /// <summary>A set, if a certificate of it for this slot can be right.</summary>
    public EpochConfig? Find(RecordId id, Slot slot) => Find(id) is { } config && config.MayHaveCertified(slot, _known.Values.FirstOrDefault(next => next.Previous == id)) ? config : null;

    /// <summary>This broker voted as a member of a set: what came before that set is over.</summary>
    public void OnOwnVote(RecordId config)
    {
        if (config == Current.Id) _from ??= Current.FirstSlot;
        else if (_before is { } before && config == before.Config.Id) _before = (before.Config, before.From ?? before.Config.FirstSlot);
    }

    /// <summary>The slot is known for sure: from when on this broker, which learned of the current set at some time before, may vote in it.</summary>
    public void OnSlot(Slot now)
    {
        if (_from is null) _from = Later(Current.FirstSlot, now.Plus(_drain + Slack));
    }

    /// <summary>A next set was committed to: no vote from here on.</summary>
    public void Drain(Slot from) => _end = from;

    /// <summary>A next set was adopted.</summary>
    public void Succeed(EpochConfig next, Slot? now)
    {
        if (next.Id == Current.Id) return;
        _before = (Current, _from);
        (Current, _end, _from) = (next, null, null);
        _known[next.Id] = next;
        while (_known.Count > EpochConfig.MostRemembered) _known.Remove(_known.Values.MinBy(config => config.Epoch)!.Id);
        if (now is { } slot) OnSlot(slot);
    }

    /// <summary>Whether this broker may propose and vote in a slot as far as sets go.</summary>
    public bool MayVoteIn(Slot slot)
    {
        if (Of(slot).IndexOf(_me) < 0) return false;
        if (_end is { } end && slot >= end) return false;
        return _before is { } before && slot < Begin
            ? before.From <= slot && slot < new Slot(Current.FirstSlot.Value - _drain)
            : _from <= slot;
    }

    /// <summary>Everybody else with whom records are still exchanged: members of the current set, and for a while those of the one before.</summary>
    public IEnumerable<EpochMember> FellowsAt(Slot slot)
    {
        var members = _before is { } before && slot <= Begin.Plus(2 * _drain) ? Current.Members.Concat(before.Config.Members).DistinctBy(member => member.Peer) : Current.Members;
        return members.Where(member => member.Peer != _me);
    }

    public bool IsFellow(ParticipantId peer, Slot slot) => Current.IndexOf(peer) >= 0 || (_before is { } before && before.Config.IndexOf(peer) >= 0 && slot <= Begin.Plus(2 * _drain));

    /// <summary>True when this node is in no set whose votes could still count.</summary>
    public bool IsRetiredAt(Slot slot) => Current.IndexOf(_me) < 0 && slot > Begin.Plus(2 * _drain);

    private Slot Begin => _from ?? Current.FirstSlot;

    private static Slot Later(Slot left, Slot right) => left > right ? left : right;
}
