using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>How willing nodes agree on a market's broker sets: the first, each change, and an interregnum where a set is gone.</summary>
/// <remarks>
/// A core without I/O. Voters (a change's are the members of the set before it, any other's its own members) agree in attempts that all count from the
/// clock. In an attempt the first voter whose turn it is asks the others to prepare its set; with q of them it asks for commitments, and q commitments
/// of one attempt make the set. A voter prepares one set in an attempt, and who is committed to one prepares another only when shown that q prepared
/// that one in a later attempt. So split votes cost an attempt and no more, and two sets with a quorum need a voter who breaks these rules. Every step
/// is journaled before its signature is shown. Nothing happens until somebody wants the market. Parts: Wishing (which set this node would have),
/// Leading (an attempt of mine), Answering (attempts of others), Following (who answers, and which set is the one of now).
/// </remarks>
public sealed partial class EpochFormation
{
    /// <summary>More than the members of two sets and all candidates that a lookup finds; what more come are worked out anew.</summary>
    private const int MostDistances = 128;

    private readonly MarketRules _rules;
    private readonly EpochOptions _options;
    private readonly ISigner _signer;
    private readonly ISignatureVerifier _verifier;
    private readonly EpochChain _chain;
    private readonly Dictionary<EpochDecision, EpochBallot> _ballots = [];
    private readonly Queue<EpochEffect> _effects = [];

    /// <summary>Distances to the market that were worked out: members and candidates are ordered by them again and again.</summary>
    private readonly Dictionary<ParticipantId, Hash256> _distances = [];
    private EpochView? _view;
    private Instant _viewSince;
    private Instant? _retryAt;
    private Instant? _wantedUntil;
    private long _lastNumber;
    private bool _announce;
    private Writing? _writing;

    public EpochFormation(MarketRules rules, EpochOptions options, ISigner signer, ISignatureVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(signer);
        options.Validate();
        (_rules, _options, _signer, _verifier) = (rules, options, signer, verifier);
        _chain = new EpochChain(rules.Network, rules.Market, verifier);
        _sights = new PeerSights(options.EpochMs);
    }

    /// <summary>The set of now, once there is one; this node need not be in it.</summary>
    public EpochConfig? Current => _chain.Current;

    /// <summary>The known sets that lead to the one of now, oldest first, that one last.</summary>
    public IReadOnlyList<EpochConfig> Path => _chain.Path();

    /// <summary>False when this node's clock is known to be wrong: it signs nothing.</summary>
    public bool MaySign { get; set; } = true;

    /// <summary>This node is to be shut down: it gives its place up, as soon as a change without it is agreed on, and wants no other.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>What change of the set this node would have, for status; null for none.</summary>
    public EpochConfig? Wish { get; private set; }

    /// <summary>When <see cref="OnTimer"/> wants to be called; null while nobody wants the market.</summary>
    public Instant? NextTimer => _announce ? new Instant(0) : _retryAt;

    private bool IsMember => Current is not null && Current.IndexOf(_signer.Id) >= 0;

    /// <summary>Takes signatures and sets of the journal back in; called once, first.</summary>
    public void Restore(IEnumerable<JournalEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var entry in entries)
        {
            if (entry.Kind is not (JournalKind.EpochPrepared or JournalKind.EpochCommitted or JournalKind.EpochAdopted)) continue;
            if (!EpochConfig.TryParse(Record.Parser.ParseFrom(entry.Payload), out var config) || config.Market != _rules.Market) continue;
            if (entry.Kind != JournalKind.EpochAdopted) BallotOf(config).Note(entry.Kind == JournalKind.EpochPrepared ? EpochPhase.Prepare : EpochPhase.Commit, config);
            else (_announce, _) = (true, Believe(config));
        }
    }

    /// <summary>Somebody wants the market: from now on this node works for a broker set, and if it is no member of one, watches it for a while.</summary>
    public void Want(Instant now)
    {
        _wantedUntil = now.PlusMs(2 * _options.GoneMs);
        _retryAt ??= now;
    }

    public void OnTimer(Instant now)
    {
        WatchTime(now);
        if (_announce) Announce(now);
        if (_retryAt is not { } at || at > now) return;
        if (Current is not null && !IsMember && _wantedUntil is { } until && now > until)
        {
            _retryAt = null;
            return;
        }

        _effects.Enqueue(new EpochEffect.LookUp());
        Probe(now);
        Follow(now);
        Wish = Current is null ? null : WishAt(now);
        if (Current is not null) Act(now);
        _retryAt = now.PlusMs(IsBusy ? _options.RetryMs : _options.WatchMs);
    }

    /// <summary>The result of a lookup.</summary>
    public void OnView(Instant now, EpochView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (_view is null || !SameMembers(_view.Members, view.Members)) _viewSince = now;
        _view = view;
        if (Current is null && _wantedUntil is not null) Act(now);
    }

    /// <summary>A request by any node; the answer leaves as <see cref="EpochEffect.Respond"/>.</summary>
    public void OnRequest(Instant now, long request, EpochRequest asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        Want(now);
        switch (asked.AskCase)
        {
            case EpochRequest.AskOneofCase.AfterEpoch:
                Respond(request, Known(asked.AfterEpoch));
                break;
            case EpochRequest.AskOneofCase.Prepare:
                OnPrepare(now, request, asked.Prepare);
                break;
            case EpochRequest.AskOneofCase.Commit:
                OnCommit(now, request, asked.Commit);
                break;
            case EpochRequest.AskOneofCase.Adopt:
                Respond(request, OnAdopt(now, asked.Adopt) ? Known(Current?.Epoch ?? 0) : Declined(EpochDeclineReason.Malformed));
                break;
            default:
                Respond(request, Declined(EpochDeclineReason.Malformed));
                break;
        }
    }

    public void OnDurable(Instant now, long number)
    {
        if (_writing is not { } written || written.Number != number) return;
        _writing = null;
        if (VotersOf(written.Config) is not { } voters) return;
        var signature = SignatureOf(voters, written.Phase, written.Config);
        foreach (var request in written.Requests) Respond(request, new EpochResponse { Signed = signature });
        if (_round is { } round && round.IsOf(written.Config)) OnSigned(now, round, written.Phase, signature);
    }

    public bool TryTake([NotNullWhen(true)] out EpochEffect? effect) => _effects.TryDequeue(out effect);

    /// <summary>Something is to be agreed on, or a set to be spread: look often.</summary>
    private bool IsBusy => Current is null || Wish is not null || _spreading.Count > 0 || (IsMember && _ballots.GetValueOrDefault(new EpochDecision(Current.Id, EpochKind.Change))?.Bound is not null);

    private ulong AttemptAt(Instant now) => (ulong)(now.UnixMs / _options.AttemptMs);

    private long SettleMs => _view is { IsSparse: true } ? _options.SettleMs * _options.SparseFactor : _options.SettleMs;

    private bool IsSettled(Instant now) => _view is not null && now >= _viewSince.PlusMs(SettleMs);

    /// <summary>Whose signatures make a set, as far as this node can tell: null where the set before it is unknown.</summary>
    private EpochConfig? VotersOf(EpochConfig config)
    {
        if (config.Market != _rules.Market) return null;
        var before = _chain.Before(config);
        return config.Kind == EpochKind.Interregnum && before is null ? null : config.VotersAfter(before);
    }

    private bool IsVoterOf(EpochConfig config) => VotersOf(config) is { } voters && voters.IndexOf(_signer.Id) >= 0;

    private EpochBallot BallotOf(EpochConfig config)
    {
        var decision = EpochDecision.Of(config);
        if (_ballots.TryGetValue(decision, out var ballot)) return ballot;
        _ballots.Add(decision, ballot = new EpochBallot(config.Epoch));
        // What is so long decided that nobody remembers the sets needs no ballot any more.
        foreach (var old in _ballots.Where(old => Current is not null && old.Value.Epoch + EpochConfig.MostRemembered < Current.Epoch).Select(old => old.Key).ToArray()) _ballots.Remove(old);
        return ballot;
    }

    private MemberSignature SignatureOf(EpochConfig voters, EpochPhase phase, EpochConfig config) => new()
    {
        Member = (uint)voters.IndexOf(_signer.Id),
        Signature = ByteString.CopyFrom(_signer.Sign(config.SigningBytes(_rules.Network, phase, config.Attempt))),
    };

    /// <summary>From here on I keep to it, though nobody may see the signature before it is durable.</summary>
    /// <param name="config">With the attempt, and for a commitment with its prepare signatures.</param>
    /// <param name="request">Who is answered with the signature; null for a set of my own.</param>
    private void Write(EpochPhase phase, EpochConfig config, long? request)
    {
        BallotOf(config).Note(phase, config);
        if (phase == EpochPhase.Commit) DrainFor(config);
        _writing = new Writing(++_lastNumber, phase, config);
        if (request is { } number) _writing.Requests.Add(number);
        var kind = phase == EpochPhase.Prepare ? JournalKind.EpochPrepared : JournalKind.EpochCommitted;
        _effects.Enqueue(new EpochEffect.Append(_lastNumber, new JournalEntry(kind, JournalKeys.Of(_rules.Market, (long)config.Epoch), config.Record.ToByteArray())));
    }

    /// <summary>"No matching in the last 2 A slots of a set's life, so that no hold crosses to another set."</summary>
    private void DrainFor(EpochConfig next)
    {
        if (next.Kind == EpochKind.Change && next.Previous == Current?.Id) _effects.Enqueue(new EpochEffect.Drain(next.FirstSlot.Plus(-2 * _rules.Schedule.ActivationPairs)));
    }

    private void Respond(long request, EpochResponse response) => _effects.Enqueue(new EpochEffect.Respond(request, response));

    private EpochResponse Known(ulong fromEpoch)
    {
        var known = new EpochConfigs { Leaving = IsLeaving };
        known.Configs.AddRange(_chain.Path(fromEpoch).Select(config => config.Record));
        return new EpochResponse { Configs = known };
    }

    private static bool SameMembers(IReadOnlyList<EpochMember> left, IReadOnlyList<EpochMember> right) =>
        left.Count == right.Count && left.Select(member => member.Peer).ToHashSet().SetEquals(right.Select(member => member.Peer));

    private sealed class Writing(long number, EpochPhase phase, EpochConfig config)
    {
        public long Number => number;
        public EpochPhase Phase => phase;
        public EpochConfig Config => config;
        public List<long> Requests { get; } = [];
    }
}
