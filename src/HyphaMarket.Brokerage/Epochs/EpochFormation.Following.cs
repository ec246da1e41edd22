using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using Google.Protobuf;

namespace HyphaMarket.Brokerage.Epochs;

// Who answers, what they tell, and which set is the one of now.
public sealed partial class EpochFormation
{
    private readonly PeerSights _sights;
    private readonly Dictionary<long, ParticipantId> _probes = [];
    private readonly SortedDictionary<ParticipantId, EpochMember> _spreading = [];

    /// <summary>What nodes near the market told while this one believed no set, or one that is gone.</summary>
    private readonly SortedDictionary<ParticipantId, IReadOnlyList<EpochConfig>> _told = [];
    private Instant? _lastTime;
    private bool _warned;

    /// <summary>A clock that jumped, or a node that stood still, tells nothing about the others' silence.</summary>
    private void WatchTime(Instant now)
    {
        if (_lastTime is { } last && Math.Abs(now.UnixMs - last.UnixMs) > _options.EpochMs / 2 && _retryAt is not null) _sights.StartOver(now);
        _lastTime = now;
    }

    /// <summary>The set of the journal, told after a restart; those before it are in <see cref="Path"/>.</summary>
    private void Announce(Instant now)
    {
        _announce = false;
        _retryAt ??= now;
        _effects.Enqueue(new EpochEffect.Adopted(Current!));
        ExpectMembers(now);
        if (_ballots.GetValueOrDefault(new EpochDecision(Current!.Id, EpochKind.Change))?.Committed is { } committed) DrainFor(committed);
    }

    /// <summary>Asks the members, the set before an interregnum, and the nearest who might become members. That they answer is what counts; what they know besides is learned.</summary>
    private void Probe(Instant now)
    {
        _probes.Clear();
        Spread(now);
        // Of different networks first: were it the nearest alone, many ids of one network could be all that is ever seen.
        var strangers = (_view?.Nearest ?? []).Where(near => Current is null || Current.IndexOf(near.Peer) < 0).ToArray();
        var candidates = AddressPrefixes.Choose(strangers, Current is null ? EpochAcceptance.NearestLookedUp : Math.Max(_view?.Most ?? 0, Current.Members.Count));
        var watched = (Current?.Members ?? []).Concat(Displaced?.Members ?? []).Concat(candidates).DistinctBy(member => member.Peer).Where(member => member.Peer != _signer.Id).ToArray();
        _sights.KeepOnly(watched.Select(member => member.Peer).ToHashSet());
        var after = Current is null || LacksEarlier(now) ? 0 : Current.Epoch;
        foreach (var member in watched.Where(member => !_spreading.ContainsKey(member.Peer))) _probes.Add(Ask(member, new EpochRequest { AfterEpoch = after }), member.Peer);
    }

    private void Spread(Instant now)
    {
        if (Current is null || _rules.Schedule.SlotAt(now) > Current.FirstSlot.Plus(16 * _options.LeadSlots)) _spreading.Clear();
        foreach (var member in _spreading.Values) _probes.Add(Ask(member, new EpochRequest { Adopt = Current!.Record }), member.Peer);
    }

    private void OnHeard(Instant now, ParticipantId peer, EpochResponse response)
    {
        _sights.Heard(peer, now, response.Configs?.Leaving ?? _sights.IsLeaving(peer));
        if (response.Configs is not { } known || known.Configs.Count > EpochConfig.MostRemembered) return;
        var configs = known.Configs.Select(record => EpochConfig.TryParse(record, out var config) && config.Market == _rules.Market ? config : null).OfType<EpochConfig>().OrderBy(config => config.Epoch).ToArray();
        if (configs.Length == 0) return;
        foreach (var config in configs) Take(now, config);
        if (Current is null || IsGone(Current, now))
        {
            // Links may be missing, or lead over an interregnum of which nobody is left: what a newcomer would believe is then believed.
            _told[peer] = configs;
            Judge(now);
        }

        Follow(now);
        foreach (var config in configs.Reverse()) LearnEarlier(config);
        if (Current is not null && _chain.Find(configs[^1].Id) is not null) _spreading.Remove(peer);
    }

    /// <summary>A newcomer believes what a client would.</summary>
    private void Judge(Instant now)
    {
        if (_view is null) return;
        var near = _view.Nearest.Select(member => member.Peer).ToHashSet();
        foreach (var stranger in _told.Keys.Where(peer => !near.Contains(peer)).ToArray()) _told.Remove(stranger);
        var choice = EpochAcceptance.Choose(_rules.Network, _rules.Market, near, _told.Select(answer => (answer.Key, answer.Value)), _verifier, acceptsInterregnum: true);
        if (choice.Passing > 1) Warn($"{choice.Passing} rival broker sets look right; this node helps none of them.");
        var path = choice.Passing == 0 && Current is null ? ToldByItsOwn() : choice.Path;
        foreach (var config in path.SkipWhile(config => _chain.Find(config.Id) is not null)) Adopt(now, config);
    }

    /// <summary>
    /// A set that lacks its quorum near me, so that no client would believe it, but of which f + 1 members told me themselves: one of them is honest, so there
    /// is such a set, and it returns, or is gone and followed by an interregnum. Who began a first set beside it would make two markets of one.
    /// </summary>
    private IReadOnlyList<EpochConfig> ToldByItsOwn()
    {
        foreach (var told in _told.GroupBy(answer => answer.Value[^1].Id).OrderByDescending(told => told.First().Value[^1].Epoch))
        {
            var (sets, tellers) = (told.First().Value, told.Select(answer => answer.Key).ToHashSet());
            var set = sets[^1];
            var before = sets.FirstOrDefault(config => config.Id == set.Previous);
            if (set.Members.Count(member => tellers.Contains(member.Peer)) >= set.Quorum.OneHonest && set.HasQuorum(_rules.Network, EpochPhase.Commit, _verifier, before)) return [set];
        }

        return [];
    }

    /// <summary>
    /// Who came while sets changed may have believed the latest by what few told, of whom one may have kept back those before. Their certificates still say
    /// what is spent of offers that have not ended: without them this node would take all for free, and who has enough such members certifies it.
    /// </summary>
    private bool LacksEarlier(Instant now) =>
        _chain.Earliest is { Kind: not EpochKind.First } earliest && _rules.Schedule.SlotAt(now) <= earliest.FirstSlot.Plus(EpochConfig.MostLateSlots + _rules.TtlCapSlots);

    private void LearnEarlier(EpochConfig config)
    {
        if (_chain.TryLinkBefore(config)) _effects.Enqueue(new EpochEffect.Learned(config));
    }

    /// <summary>Takes a set in that follows from what is believed; it need not become the one of now.</summary>
    private void Take(Instant now, EpochConfig config)
    {
        if (config.Kind == EpochKind.First)
        {
            // A first set that has me in it has signatures of those that I would have asked.
            if (Current is null && config.IndexOf(_signer.Id) >= 0 && config.HasQuorum(_rules.Network, EpochPhase.Commit, _verifier)) Adopt(now, config);
            return;
        }

        // Anybody can make keys and sign an interregnum with them: a quorum of its members must be near.
        if (config.Kind == EpochKind.Interregnum && config.IndexOf(_signer.Id) < 0 && !IsNear(config)) return;
        _chain.TryLink(config);
        if (_chain.HasForked) Warn("A quorum of the broker set signed two changes: more of its members are malicious than it withstands.");
    }

    private bool IsNear(EpochConfig config) => _view is not null && config.Members.Count(member => _view.Nearest.Any(near => near.Peer == member.Peer)) >= config.Quorum.Votes;

    /// <summary>Goes from set to set as far as they lead: along changes, to an interregnum where a set is gone, back to a set that returned.</summary>
    private void Follow(Instant now)
    {
        // Each step leads to another set; the bound only ends what could not end otherwise.
        for (var i = 0; i < EpochConfig.MostRemembered && Current is not null && NextSet(now) is { } next; i++) Adopt(now, next);
    }

    private EpochConfig? NextSet(Instant now)
    {
        var current = Current!;
        if (Displaced is { } old)
        {
            // "The old set wins if it returns, else the lower first slot, else the lower hash."
            if (_chain.ChangeAfter(old) is { } change) return change;
            if (Answering(old, now) >= old.Quorum.Votes) return old;
            if (_chain.InterregnumAfter(old) is { } rival && !_chain.Path().Any(config => config.Id == rival.Id)) return rival;
        }

        if (_chain.ChangeAfter(current) is { } next) return next;
        return IsGone(current, now) ? _chain.InterregnumAfter(current) : null;
    }

    /// <summary>The set that was gone when the latest interregnum was formed: it may come back.</summary>
    private EpochConfig? Displaced => _chain.Path().LastOrDefault(config => config.Kind == EpochKind.Interregnum) is { } interregnum ? _chain.Before(interregnum) : null;

    /// <summary>"Gone = no q members answered for 2 epochs."</summary>
    private bool IsGone(EpochConfig config, Instant now) => config.Members.Count(member => member.Peer == _signer.Id || _sights.SilentForMs(member.Peer, now) < _options.GoneMs) < config.Quorum.Votes;

    private int Answering(EpochConfig config, Instant now) => config.Members.Count(member => member.Peer == _signer.Id || _sights.IsAnswering(member.Peer, now));

    private void Adopt(Instant now, EpochConfig config)
    {
        Believe(config);
        (_round, Wish, _vacantSince) = (null, null, null);
        _asked.Clear();
        _told.Clear();
        _spreading.Clear();
        ExpectMembers(now);
        _retryAt = now.PlusMs(Math.Min(_options.RetryMs, _options.WatchMs));
        _effects.Enqueue(new EpochEffect.Append(++_lastNumber, new JournalEntry(JournalKind.EpochAdopted, config.Id.Value, config.Record.ToByteArray())));
        _effects.Enqueue(new EpochEffect.Adopted(config));
    }

    private EpochConfig Believe(EpochConfig config)
    {
        _chain.Believe(config);
        return config;
    }

    private void ExpectMembers(Instant now)
    {
        foreach (var member in Current!.Members) _sights.Expect(member.Peer, now);
    }

    /// <summary>Said once.</summary>
    private void Warn(string detail)
    {
        if (_warned) return;
        _warned = true;
        _effects.Enqueue(new EpochEffect.Warn(detail));
    }
}
