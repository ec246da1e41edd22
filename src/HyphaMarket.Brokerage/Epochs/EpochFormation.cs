using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>How willing nodes agree on a market's first broker set: the n nearest by everybody's own lookup, signed by q of them.</summary>
/// <remarks>
/// A core without I/O. A node signs at most one set for an epoch (journaled before the signature is shown), only when the set is exactly what its own
/// lookup has shown for a while, and only when it is itself a member. Two quorums of one epoch would need a member who signs twice.
/// Nothing happens until somebody wants the market. Parts: Signing (what this node signs), Collecting (signatures of others).
/// </remarks>
public sealed partial class EpochFormation
{
    private readonly MarketRules _rules;
    private readonly EpochOptions _options;
    private readonly ISigner _signer;
    private readonly ISignatureVerifier _verifier;
    private readonly Queue<EpochEffect> _effects = [];
    private readonly SortedDictionary<RecordId, Candidate> _candidates = [];
    private readonly Dictionary<long, (RecordId Config, int Member)> _asked = [];
    private readonly List<long> _waiting = [];
    private readonly HashSet<ParticipantId> _rivalsShown = [];
    private EpochConfig? _locked;
    private long? _locking;
    private EpochView? _view;
    private Instant _viewSince;
    private Instant? _wantedSince;
    private Instant? _retryAt;
    private long _lastNumber;
    private bool _announce;

    public EpochFormation(MarketRules rules, EpochOptions options, ISigner signer, ISignatureVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_rules, _options, _signer, _verifier) = (rules, options, signer, verifier);
    }

    /// <summary>The set with its quorum, once there is one.</summary>
    public EpochConfig? Current { get; private set; }

    /// <summary>False when this node's clock is known to be wrong: it signs nothing.</summary>
    public bool MaySign { get; set; } = true;

    /// <summary>When <see cref="OnTimer"/> wants to be called; null while nobody wants the market.</summary>
    public Instant? NextTimer => _announce ? new Instant(0) : Current is null ? _retryAt : null;

    /// <summary>Takes signatures and sets of the journal back in; called once, first.</summary>
    public void Restore(IEnumerable<JournalEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var entry in entries)
        {
            if (entry.Kind is not (JournalKind.EpochSigned or JournalKind.EpochAdopted)) continue;
            if (!EpochConfig.TryParse(Record.Parser.ParseFrom(entry.Payload), out var config) || config.Market != _rules.Market) continue;
            if (entry.Kind == JournalKind.EpochSigned) _locked = config;
            else (Current, _announce) = (config, true);
        }
    }

    /// <summary>Somebody wants the market: from now on this node works for a broker set.</summary>
    public void Want(Instant now)
    {
        if (Current is not null || _wantedSince is not null) return;
        _wantedSince = now;
        _retryAt = now;
    }

    public void OnTimer(Instant now)
    {
        if (_announce)
        {
            _announce = false;
            _effects.Enqueue(new EpochEffect.Adopted(Current!));
        }

        if (Current is not null || _retryAt is not { } at || at > now) return;
        _retryAt = now.PlusMs(_options.RetryMs);
        _effects.Enqueue(new EpochEffect.LookUp());
    }

    /// <summary>The result of a lookup.</summary>
    public void OnView(Instant now, EpochView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (_view is null || !SameMembers(_view.Members, view.Members)) _viewSince = now;
        _view = view;
        if (Current is not null || _wantedSince is null || !IsSettled(now)) return;
        var rank = RankOf(view.Members);
        if (rank < 0 || now < _viewSince.PlusMs(SettleMs + (rank * _options.StaggerMs))) return;
        if (_locked is null && MaySign) Lock(EpochConfig.First(_rules.Market, view.Members, _rules.Schedule.SlotAt(now).Plus(_options.LeadSlots)));
        // After a restart the set that I signed is still the only one that I can work for.
        else if (_locked is not null && _locking is null) AdoptWhenQuorum(AddSigned(_locked));
        foreach (var candidate in _candidates.Values) Collect(candidate);
    }

    /// <summary>A request by any node; the answer leaves as <see cref="EpochEffect.Respond"/>.</summary>
    public void OnRequest(Instant now, long request, EpochRequest asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        Want(now);
        switch (asked.AskCase)
        {
            case EpochRequest.AskOneofCase.AfterEpoch:
                var known = new EpochConfigs();
                if (Current is not null && Current.Epoch >= asked.AfterEpoch) known.Configs.Add(Current.Record);
                Respond(request, new EpochResponse { Configs = known });
                break;
            case EpochRequest.AskOneofCase.Sign:
                OnSign(now, request, asked.Sign);
                break;
            case EpochRequest.AskOneofCase.Adopt:
                var adopted = OnAdopt(asked.Adopt);
                Respond(request, adopted ? new EpochResponse { Configs = new EpochConfigs() } : Declined(EpochDeclineReason.Malformed));
                break;
            default:
                Respond(request, Declined(EpochDeclineReason.Malformed));
                break;
        }
    }

    /// <summary>The answer to an <see cref="EpochEffect.Ask"/>; null where there was none.</summary>
    public void OnResponse(Instant now, long number, EpochResponse? response)
    {
        if (!_asked.Remove(number, out var asked) || response is null || Current is not null) return;
        if (!_candidates.TryGetValue(asked.Config, out var candidate)) return;
        if (response.Signed is { } signature && signature.Member == asked.Member && candidate.Config.Verify(_rules.Network, signature, _verifier))
        {
            candidate.Signatures[asked.Member] = signature;
            AdoptWhenQuorum(candidate);
        }
        else if (response.Declined?.Locked is { } other)
        {
            OnRival(candidate.Config.Members[asked.Member].Peer, other);
        }
    }

    public void OnDurable(Instant now, long number)
    {
        if (_locking != number) return;
        _locking = null;
        // Who was asked to sign lets the asker collect; should that one fall silent, the next lookups make me go on in its place.
        var isMyDraft = _waiting.Count == 0;
        foreach (var request in _waiting) Respond(request, new EpochResponse { Signed = SignatureUnder(_locked!) });
        _waiting.Clear();
        if (Current is not null) return;
        var candidate = AddSigned(_locked!);
        if (isMyDraft) Collect(candidate);
        AdoptWhenQuorum(candidate);
    }

    public bool TryTake([NotNullWhen(true)] out EpochEffect? effect) => _effects.TryDequeue(out effect);

    private long SettleMs => _view is { IsSparse: true } ? _options.SettleMs * _options.SparseFactor : _options.SettleMs;

    private bool IsSettled(Instant now) => _view is not null && now >= _viewSince.PlusMs(SettleMs);

    private int RankOf(IReadOnlyList<EpochMember> members)
    {
        for (var i = 0; i < members.Count; i++)
        {
            if (members[i].Peer == _signer.Id) return i;
        }

        return -1;
    }

    private bool IsMine(EpochConfig config) => config.Kind == EpochKind.First && config.Epoch == 0 && config.IndexOf(_signer.Id) >= 0;

    private void Ask(EpochMember to, EpochRequest request, RecordId config, int member)
    {
        request.Network = ByteString.CopyFrom(_rules.Network.Value.ToArray());
        request.Market = ByteString.CopyFrom(_rules.Market.ToArray());
        _asked.Add(++_lastNumber, (config, member));
        _effects.Enqueue(new EpochEffect.Ask(_lastNumber, to, request));
    }

    private void Respond(long request, EpochResponse response) => _effects.Enqueue(new EpochEffect.Respond(request, response));

    private EpochResponse Declined(EpochDeclineReason reason, Record? locked = null)
    {
        var decline = new EpochDecline { Reason = reason, Locked = locked };
        decline.Seen.AddRange((_view?.Members ?? []).Select(member => new Member { Peer = ByteString.CopyFrom(member.Peer.Span) }));
        return new EpochResponse { Declined = decline };
    }

    private static bool SameMembers(IReadOnlyList<EpochMember> left, IReadOnlyList<EpochMember> right) =>
        left.Count == right.Count && left.Select(member => member.Peer).ToHashSet().SetEquals(right.Select(member => member.Peer));
}
