using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>How willing nodes agree on a market's first broker set: the n nearest by everybody's own lookup, committed to by q of them.</summary>
/// <remarks>
/// A core without I/O. Members agree in attempts that all count from the clock. In an attempt the first member whose turn it is asks the others to prepare
/// its set; with q of them it asks for commitments, and q commitments of one attempt make the set. A member prepares one set in an attempt, and who is
/// committed to one prepares another only when shown that q prepared that one in a later attempt. So split votes cost an attempt and no more, and two
/// sets with a quorum need a member who breaks these rules. Every step is journaled before its signature is shown. Nothing happens until somebody wants
/// the market. Parts: Leading (an attempt of mine), Answering (attempts of others).
/// </remarks>
public sealed partial class EpochFormation
{
    private readonly MarketRules _rules;
    private readonly EpochOptions _options;
    private readonly ISigner _signer;
    private readonly ISignatureVerifier _verifier;
    private readonly Queue<EpochEffect> _effects = [];
    private EpochView? _view;
    private Instant _viewSince;
    private bool _wanted;
    private Instant? _retryAt;
    private long _lastNumber;
    private bool _announce;

    /// <summary>The latest set that I prepared, and when: no other in that attempt, and none in an earlier one.</summary>
    private (ulong Attempt, RecordId Config)? _prepared;

    /// <summary>The set that I am bound to, with the prepare signatures that let me commit.</summary>
    private EpochConfig? _committed;

    private Writing? _writing;

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
            if (entry.Kind is not (JournalKind.EpochPrepared or JournalKind.EpochCommitted or JournalKind.EpochAdopted)) continue;
            if (!EpochConfig.TryParse(Record.Parser.ParseFrom(entry.Payload), out var config) || config.Market != _rules.Market) continue;
            if (entry.Kind == JournalKind.EpochAdopted) (Current, _announce) = (config, true);
            else Note(entry.Kind == JournalKind.EpochPrepared ? EpochPhase.Prepare : EpochPhase.Commit, config);
        }
    }

    /// <summary>Somebody wants the market: from now on this node works for a broker set.</summary>
    public void Want(Instant now)
    {
        if (Current is not null || _wanted) return;
        _wanted = true;
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
        if (Current is not null || !_wanted) return;
        var attempt = AttemptAt(now);
        if (_round is { } round && round.Attempt == attempt) GoOn(round);
        else if (IsMyTurn(now, attempt, out var config)) Lead(attempt, config);
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
                OnCommit(request, asked.Commit);
                break;
            case EpochRequest.AskOneofCase.Adopt:
                Respond(request, OnAdopt(asked.Adopt) ? Known(0) : Declined(EpochDeclineReason.Malformed));
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
        var signature = new MemberSignature
        {
            Member = (uint)written.Config.IndexOf(_signer.Id),
            Signature = ByteString.CopyFrom(_signer.Sign(written.Config.SigningBytes(_rules.Network, written.Phase, written.Config.Attempt))),
        };
        foreach (var request in written.Requests) Respond(request, new EpochResponse { Signed = signature });
        if (Current is null && _round is { } round && round.IsOf(written.Config)) OnSigned(round, written.Phase, signature);
    }

    public bool TryTake([NotNullWhen(true)] out EpochEffect? effect) => _effects.TryDequeue(out effect);

    private ulong AttemptAt(Instant now) => (ulong)(now.UnixMs / _options.AttemptMs);

    private long SettleMs => _view is { IsSparse: true } ? _options.SettleMs * _options.SparseFactor : _options.SettleMs;

    private bool IsSettled(Instant now) => _view is not null && now >= _viewSince.PlusMs(SettleMs);

    private bool IsMine(EpochConfig config) => config.Market == _rules.Market && config.Kind == EpochKind.First && config.Epoch == 0 && config.IndexOf(_signer.Id) >= 0;

    /// <summary>From here on I keep to it, though nobody may see the signature before it is durable.</summary>
    /// <param name="config">With the attempt, and for a commitment with its prepare signatures.</param>
    /// <param name="request">Who is answered with the signature; null for a set of my own.</param>
    private void Write(EpochPhase phase, EpochConfig config, long? request)
    {
        Note(phase, config);
        _writing = new Writing(++_lastNumber, phase, config);
        if (request is { } number) _writing.Requests.Add(number);
        var kind = phase == EpochPhase.Prepare ? JournalKind.EpochPrepared : JournalKind.EpochCommitted;
        _effects.Enqueue(new EpochEffect.Append(_lastNumber, new JournalEntry(kind, JournalKeys.Of(_rules.Market, (long)config.Epoch), config.Record.ToByteArray())));
    }

    private void Note(EpochPhase phase, EpochConfig config)
    {
        // A commitment is of a later attempt than all that I prepared, or of the same set: it moves both.
        if (_prepared is not { } prepared || prepared.Attempt <= config.Attempt) _prepared = (config.Attempt, config.Id);
        if (phase == EpochPhase.Commit) _committed = config;
    }

    private void Adopt(EpochConfig config)
    {
        Current = config;
        _retryAt = null;
        _round = null;
        _asked.Clear();
        _effects.Enqueue(new EpochEffect.Append(++_lastNumber, new JournalEntry(JournalKind.EpochAdopted, config.Id.Value, config.Record.ToByteArray())));
        _effects.Enqueue(new EpochEffect.Adopted(config));
    }

    private void Respond(long request, EpochResponse response) => _effects.Enqueue(new EpochEffect.Respond(request, response));

    private EpochResponse Known(ulong afterEpoch)
    {
        var known = new EpochConfigs();
        if (Current is not null && Current.Epoch >= afterEpoch) known.Configs.Add(Current.Record);
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
