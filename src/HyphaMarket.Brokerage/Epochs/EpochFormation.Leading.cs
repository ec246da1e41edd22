using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

// An attempt that this node leads.
public sealed partial class EpochFormation
{
    private readonly Dictionary<long, (EpochPhase Phase, ulong Attempt, RecordId Config, int Member)> _asked = [];
    private Round? _round;

    private void Act(Instant now)
    {
        var attempt = AttemptAt(now);
        if (_round is { } round && round.Attempt == attempt) GoOn(now, round);
        else if (IsMyTurn(now, attempt, out var config)) Lead(attempt, config);
    }

    /// <summary>Turns go round with the attempts, so that a voter who is down costs one attempt in n its first start.</summary>
    private bool IsMyTurn(Instant now, ulong attempt, [NotNullWhen(true)] out EpochConfig? config)
    {
        config = null;
        _round = null;
        var ballot = _ballots.GetValueOrDefault(DecisionAt(now));
        if (!MaySign || _writing is not null || ballot?.Prepared?.Attempt >= attempt) return false;
        var bound = ballot?.Bound;
        if ((bound ?? WishAt(now)) is not { } draft || VotersOf(draft) is not { } voters) return false;
        // Who forms a set of its own members has its turn by its distance, as far as it is free to choose.
        var isOwn = bound is null && draft.Kind != EpochKind.Change;
        var (rank, size) = (RankOf(isOwn ? _view!.Members : voters.Members), voters.Members.Count);
        if (rank < 0) return false;
        var turn = (rank + size - (int)(attempt % (ulong)size)) % size;
        var ready = Math.Max((long)attempt * _options.AttemptMs, isOwn ? _viewSince.PlusMs(SettleMs).UnixMs : 0);
        if (now.UnixMs < ready + (turn * _options.StaggerMs)) return false;
        config = draft;
        return true;
    }

    private void Lead(ulong attempt, EpochConfig config)
    {
        _asked.Clear();
        _round = new Round(attempt, config, VotersOf(config)!);
        Write(EpochPhase.Prepare, config.WithSignatures(attempt, []), request: null);
    }

    /// <summary>Asks whoever has not signed yet; whoever still owes an answer is asked anew, since an answer to the old question is not waited for.</summary>
    private void GoOn(Instant now, Round round)
    {
        TryCommit(round);
        var phase = round.Prepared is null ? EpochPhase.Prepare : EpochPhase.Commit;
        var signed = round.Signatures(phase);
        // Mine comes first: nobody is asked to sign what I may not have written down.
        var mine = round.Voters.IndexOf(_signer.Id);
        if (!signed.ContainsKey(mine)) return;
        _asked.Clear();
        for (var i = 0; i < round.Voters.Members.Count; i++)
        {
            if (i == mine || signed.ContainsKey(i)) continue;
            _asked.Add(Ask(round.Voters.Members[i], RequestOf(round, phase)), (phase, round.Attempt, round.Config.Id, i));
        }
    }

    private static EpochRequest RequestOf(Round round, EpochPhase phase)
    {
        if (phase == EpochPhase.Commit) return new EpochRequest { Commit = round.Prepared!.Record };
        var body = new Record { Kind = RecordKind.Epoch, Body = round.Config.Record.Body };
        // A set that was shown or committed to carries the signatures that justify it.
        return new EpochRequest { Prepare = new EpochPrepare { Attempt = round.Attempt, Config = body, Prepared = round.Config.Record.Members is null ? null : round.Config.Record } };
    }

    /// <summary>The answer to an <see cref="EpochEffect.Ask"/>; null where there was none.</summary>
    public void OnResponse(Instant now, long number, EpochResponse? response)
    {
        var isRound = _asked.Remove(number, out var asked);
        var isProbe = _probes.Remove(number, out var probed);
        if (response is null || !(isRound || isProbe)) return;
        var from = isProbe ? probed : VotersOfRound(asked.Config)?.Members[asked.Member].Peer;
        if (from is { } peer) OnHeard(now, peer, response);
        if (isRound && response.Declined?.Locked is { } locked && IsPrepared(locked, out var other)) BallotOf(other).OnShown(other);
        if (!isRound || _round is not { } round || round.Attempt != asked.Attempt || round.Config.Id != asked.Config) return;
        if (response.Signed is not { } signature || signature.Member != asked.Member) return;
        if (round.Config.Verify(_rules.Network, asked.Phase, round.Attempt, round.Voters, signature, _verifier)) OnSigned(now, round, asked.Phase, signature);
    }

    private EpochConfig? VotersOfRound(RecordId config) => _round is { } round && round.Config.Id == config ? round.Voters : null;

    private void OnSigned(Instant now, Round round, EpochPhase phase, MemberSignature signature)
    {
        var signatures = round.Signatures(phase);
        signatures[(int)signature.Member] = signature;
        var isMine = signature.Member == round.Voters.IndexOf(_signer.Id);
        if (phase == EpochPhase.Prepare) TryCommit(round);
        else if (signatures.Count >= round.Voters.Quorum.Votes) Found(now, round.Config.WithSignatures(round.Attempt, signatures.Values));
        if (isMine && _round == round) GoOn(now, round);
    }

    /// <summary>With q prepare signatures I commit, and then ask the others to.</summary>
    private void TryCommit(Round round)
    {
        if (round.Prepared is not null || _writing is not null || round.Prepares.Count < round.Voters.Quorum.Votes) return;
        var prepared = round.Config.WithSignatures(round.Attempt, round.Prepares.Values);
        if (!MaySign || !BallotOf(prepared).MayCommit(prepared)) return;
        round.Prepared = prepared;
        Write(EpochPhase.Commit, prepared, request: null);
    }

    /// <summary>A set has its quorum: its members and those before them are told, until each has answered or the set is old.</summary>
    private void Found(Instant now, EpochConfig config)
    {
        var told = config.Members.Concat(VotersOf(config)?.Members ?? []).DistinctBy(member => member.Peer).Where(member => member.Peer != _signer.Id).ToArray();
        Take(now, config);
        Follow(now);
        if (Current?.Id != config.Id) return;
        foreach (var member in told) _spreading[member.Peer] = member;
        Spread(now);
        _retryAt = now.PlusMs(_options.RetryMs);
    }

    private bool IsPrepared(Record? record, [NotNullWhen(true)] out EpochConfig? config) =>
        EpochConfig.TryParse(record, out config) && IsVoterOf(config) && config.HasQuorum(_rules.Network, EpochPhase.Prepare, _verifier, _chain.Before(config));

    private int RankOf(IReadOnlyList<EpochMember> members)
    {
        for (var i = 0; i < members.Count; i++)
        {
            if (members[i].Peer == _signer.Id) return i;
        }

        return -1;
    }

    private long Ask(EpochMember to, EpochRequest request)
    {
        request.Network = ByteString.CopyFrom(_rules.Network.Value.ToArray());
        request.Market = ByteString.CopyFrom(_rules.Market.ToArray());
        _effects.Enqueue(new EpochEffect.Ask(++_lastNumber, to, request));
        return _lastNumber;
    }

    private sealed class Round(ulong attempt, EpochConfig config, EpochConfig voters)
    {
        public ulong Attempt => attempt;
        public EpochConfig Config => config;
        public EpochConfig Voters => voters;

        /// <summary>The set with q prepare signatures, once there are so many.</summary>
        public EpochConfig? Prepared { get; set; }
        public SortedDictionary<int, MemberSignature> Prepares { get; } = [];
        public SortedDictionary<int, MemberSignature> Commits { get; } = [];
        public SortedDictionary<int, MemberSignature> Signatures(EpochPhase phase) => phase == EpochPhase.Prepare ? Prepares : Commits;
        public bool IsOf(EpochConfig signed) => signed.Id == config.Id && signed.Attempt == attempt;
    }
}
