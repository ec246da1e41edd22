using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

// Which set this node would have now, and which of others it finds right.
public sealed partial class EpochFormation
{
    /// <summary>Since when a member's place should be another's.</summary>
    private Instant? _vacantSince;

    private EpochDecision DecisionAt(Instant now) =>
        Current is null ? new EpochDecision(null, EpochKind.First) : new EpochDecision(Current.Id, IsGone(Current, now) ? EpochKind.Interregnum : EpochKind.Change);

    /// <summary>The set that this node would have agreed on now; null for none, or while it is not sure.</summary>
    private EpochConfig? WishAt(Instant now)
    {
        var first = _rules.Schedule.SlotAt(now).Plus(_options.LeadSlots);
        switch (DecisionAt(now).Kind)
        {
            case EpochKind.Change:
                return ChangeAt(now, first.Plus(4 * _rules.Schedule.ActivationPairs));
            case EpochKind.First when !IsLeaving && IsSettled(now):
                return EpochConfig.First(_rules.Market, _view!.Members, first);
            case EpochKind.Interregnum when !IsLeaving && IsSettled(now):
                return Current!.Next(EpochKind.Interregnum, _view!.Members, first);
            default:
                return null;
        }
    }

    /// <summary>Why this node does not find somebody's set right; null where it does.</summary>
    private EpochDeclineReason? WhyNotWish(Instant now, EpochConfig config)
    {
        if (EpochDecision.Of(config) != DecisionAt(now) || !IsNear(now, config.FirstSlot)) return EpochDeclineReason.Unsettled;
        if (config.Kind == EpochKind.Change) return WhyNotChange(now, Current!, config);
        if (!IsSettled(now)) return EpochDeclineReason.Unsettled;
        return SameMembers(config.Members, _view!.Members) ? null : EpochDeclineReason.OtherMembers;
    }

    /// <summary>A set that begins far from my slot was drawn up by a clock that is not mine.</summary>
    private bool IsNear(Instant now, Slot first)
    {
        var (mine, most) = (_rules.Schedule.SlotAt(now), 16 * _options.LeadSlots);
        return first >= new Slot(mine.Value - most) && first <= mine.Plus(most);
    }

    private bool IsDead(ParticipantId member, Instant now) => member != _signer.Id && _sights.SilentForMs(member, now) >= _options.EpochMs;

    private bool Leaves(ParticipantId member) => member == _signer.Id ? IsLeaving : _sights.IsLeaving(member);

    /// <summary>A living member is let go, or one more taken in, when the set has lived for an epoch; a dead one is replaced at once.</summary>
    private bool IsOldEnough(EpochConfig set, Instant now) => now >= _rules.Schedule.StartOf(set.FirstSlot).PlusMs(_options.EpochMs);

    /// <summary>"At most f changes an epoch, unless dead": one where f is 0, or nobody could ever leave.</summary>
    private static int MostChanges(EpochConfig set) => Math.Max(1, set.Quorum.Faulty);

    /// <summary>How long a member has been in the sets that this node remembers, without a gap.</summary>
    private long TenureMs(ParticipantId member, Instant now)
    {
        var oldest = Current!;
        while (_chain.Before(oldest) is { } before && before.IndexOf(member) >= 0) oldest = before;
        return now.UnixMs - _rules.Schedule.StartOf(oldest.FirstSlot).UnixMs;
    }

    private Hash256 DistanceOf(EpochMember member)
    {
        if (_distances.TryGetValue(member.Peer, out var distance)) return distance;
        if (_distances.Count >= MostDistances) _distances.Clear();
        _distances.Add(member.Peer, distance = BrokerDistance.Of(_rules.Market, member.Peer));
        return distance;
    }

    /// <summary>Who might become a member: seen for so long by this node itself, and not about to leave. The best comes first.</summary>
    /// <param name="kept">Whose networks are taken already: candidates of others come first, then the nearer ones.</param>
    private EpochMember[] CandidatesAt(Instant now, IReadOnlyCollection<EpochMember> kept, long seenMs)
    {
        if (_view is null) return [];
        var seen = _view.Nearest
            .Where(near => near.Peer != _signer.Id && Current!.IndexOf(near.Peer) < 0 && !_sights.IsLeaving(near.Peer) && _sights.SeenForMs(near.Peer, now) >= seenMs)
            .ToArray();
        if (seen.Length < 2) return seen;
        var taken = kept.SelectMany(AddressPrefixes.Of).ToHashSet();
        return [.. seen.OrderBy(near => AddressPrefixes.Of(near).Any(taken.Contains)).ThenBy(DistanceOf)];
    }

    private EpochConfig? ChangeAt(Instant now, Slot first)
    {
        var set = Current!;
        if (set.IndexOf(_signer.Id) < 0) return null;
        var dead = set.Members.Where(member => IsDead(member.Peer, now)).ToArray();
        var leavers = set.Members.Where(member => Leaves(member.Peer) && !dead.Contains(member)).ToArray();
        _vacantSince = dead.Length + leavers.Length == 0 ? null : _vacantSince ?? now;
        var budget = IsOldEnough(set, now) ? MostChanges(set) : 0;
        var gone = dead.Concat(leavers.Take(budget)).ToList();
        var kept = set.Members.Except(gone).ToList();
        var candidates = CandidatesAt(now, kept, _options.SeenMs);
        var size = _view is null ? set.Members.Count : Math.Clamp(set.Members.Count, _view.Fewest, Math.Max(_view.Fewest, _view.Most));
        var growth = Math.Min(Math.Max(0, size - set.Members.Count), budget - Math.Min(budget, leavers.Length));
        var added = candidates.Take(Math.Max(0, Math.Min(size, set.Members.Count + growth) - kept.Count)).ToList();

        // Who is not replaced goes only where fewer votes are then enough, or the set is too large: else it might as well come back.
        while (gone.Count > 0 && !MayShrinkTo(set, kept.Count + added.Count))
        {
            kept.Add(gone[^1]);
            gone.RemoveAt(gone.Count - 1);
        }

        if (gone.Count + added.Count == 0 && budget > 0 && EndedTerm(now, set) is { } ended)
        {
            kept.Remove(ended.Member);
            added.Add(ended.By);
        }

        if (added.Count == 0 && kept.Count == set.Members.Count) return null;
        return set.Next(EpochKind.Change, kept.Select(Refreshed).Concat(added), first);
    }

    private bool MayShrinkTo(EpochConfig set, int members) =>
        members >= set.Members.Count || (members > 0 && (new Quorum(members).Votes < set.Quorum.Votes || set.Members.Count > (_view?.Most ?? int.MaxValue)));

    /// <summary>One term end at a time: the member that is farthest of those whose term is over, where somebody nearer waits.</summary>
    private (EpochMember Member, EpochMember By)? EndedTerm(Instant now, EpochConfig set)
    {
        // The sets before this one last seldom that long together, and this is asked with every timer.
        var old = set.Members.Where(member => TenureMs(member.Peer, now) >= _options.TermMs).ToArray();
        if (old.Length == 0) return null;
        foreach (var member in old.OrderByDescending(DistanceOf))
        {
            var best = CandidatesAt(now, [.. set.Members.Where(other => other != member)], _options.SeenMs).FirstOrDefault();
            if (best is not null && DistanceOf(best) < DistanceOf(member)) return (member, best);
        }

        return null;
    }

    /// <summary>With the addresses that the lookup found, which may be newer.</summary>
    private EpochMember Refreshed(EpochMember member) => _view?.Nearest.FirstOrDefault(near => near.Peer == member.Peer && near.Addresses.Count > 0) ?? member;

    /// <summary>Views differ a little, so a change need not be the one that this node would have: each step of it must be right.</summary>
    private EpochDeclineReason? WhyNotChange(Instant now, EpochConfig set, EpochConfig config)
    {
        // Who begins earlier only makes the market wait.
        if (config.FirstSlot < _rules.Schedule.SlotAt(now)) return EpochDeclineReason.Unsettled;
        var gone = set.Members.Where(member => config.IndexOf(member.Peer) < 0).ToArray();
        var added = config.Members.Where(member => set.IndexOf(member.Peer) < 0).ToArray();
        var alive = gone.Where(member => !IsDead(member.Peer, now)).ToArray();
        var ended = alive.Where(member => !Leaves(member.Peer)).ToArray();
        if (gone.Length + added.Length == 0 || ended.Length > 1) return EpochDeclineReason.OtherMembers;

        var changes = alive.Length + Math.Max(0, added.Length - gone.Length);
        if (changes > MostChanges(set)) return EpochDeclineReason.OtherMembers;
        if (changes > 0 && !IsOldEnough(set, now)) return EpochDeclineReason.Unsettled;
        if (ended.Length == 1 && (TenureMs(ended[0].Peer, now) < _options.TermMs || !added.Any(newcomer => DistanceOf(newcomer) < DistanceOf(ended[0])))) return EpochDeclineReason.OtherMembers;
        if (config.Members.Count > set.Members.Count && config.Members.Count > (_view?.Most ?? 0)) return EpochDeclineReason.OtherMembers;
        if (!MayShrinkTo(set, config.Members.Count)) return EpochDeclineReason.OtherMembers;
        if (added.Any(newcomer => Leaves(newcomer.Peer) || _sights.SeenForMs(newcomer.Peer, now) < _options.SeenMs)) return EpochDeclineReason.Unsettled;
        return IsPassedOver(now, [.. set.Members.Where(member => config.IndexOf(member.Peer) >= 0)], added, config.Members.Count < set.Members.Count) ? EpochDeclineReason.OtherMembers : null;
    }

    /// <summary>
    /// Whether a better candidate is left out that this node has seen for twice as long as is wanted, so that every voter should have seen it. Where
    /// no candidate is seen by all, that would leave a place empty for ever: after the same time again any candidate that a voter has seen will do.
    /// </summary>
    private bool IsPassedOver(Instant now, IReadOnlyCollection<EpochMember> kept, IReadOnlyList<EpochMember> added, bool shrinks)
    {
        if (_vacantSince is { } since && now.UnixMs - since.UnixMs > 2 * _options.SeenMs) return false;
        var sure = CandidatesAt(now, kept, 2 * _options.SeenMs);
        if (shrinks && _view is not null && Current!.Members.Count <= _view.Most) return sure.Any(candidate => added.All(newcomer => newcomer.Peer != candidate.Peer));
        var ranked = CandidatesAt(now, kept, _options.SeenMs).Select(candidate => candidate.Peer).ToList();
        var worst = added.Select(newcomer => ranked.IndexOf(newcomer.Peer)).DefaultIfEmpty(-1).Max();
        return sure.Any(candidate => ranked.IndexOf(candidate.Peer) < worst && added.All(newcomer => newcomer.Peer != candidate.Peer));
    }
}
