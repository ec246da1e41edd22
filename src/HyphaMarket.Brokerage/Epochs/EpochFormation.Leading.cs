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

    /// <summary>Of the sets that others showed me with q prepare signatures, the one of the latest attempt.</summary>
    private EpochConfig? _shown;

    /// <summary>Turns go round with the attempts, so that a member who is down costs one attempt in n its first start.</summary>
    private bool IsMyTurn(Instant now, ulong attempt, [NotNullWhen(true)] out EpochConfig? config)
    {
        config = null;
        _round = null;
        if (!MaySign || _writing is not null || _prepared?.Attempt >= attempt) return false;
        var bound = Latest(_committed, _shown);
        if (bound is null && !IsSettled(now)) return false;
        var members = bound?.Members ?? _view!.Members;
        var rank = RankOf(members);
        if (rank < 0) return false;
        var turn = (rank + members.Count - (int)(attempt % (ulong)members.Count)) % members.Count;
        var ready = Math.Max((long)attempt * _options.AttemptMs, _viewSince.PlusMs(bound is null ? SettleMs : 0).UnixMs);
        if (now.UnixMs < ready + (turn * _options.StaggerMs)) return false;
        config = bound ?? EpochConfig.First(_rules.Market, members, _rules.Schedule.SlotAt(now).Plus(_options.LeadSlots));
        return true;
    }

    private void Lead(ulong attempt, EpochConfig config)
    {
        _asked.Clear();
        _round = new Round(attempt, config);
        Write(EpochPhase.Prepare, config.WithSignatures(attempt, []), request: null);
    }

    /// <summary>Asks whoever has not signed yet; whoever still owes an answer is asked anew, since an answer to the old question is not waited for.</summary>
    private void GoOn(Round round)
    {
        TryCommit(round);
        var phase = round.Prepared is null ? EpochPhase.Prepare : EpochPhase.Commit;
        var signed = round.Signatures(phase);
        // Mine comes first: nobody is asked to sign what I may not have written down.
        var mine = round.Config.IndexOf(_signer.Id);
        if (!signed.ContainsKey(mine)) return;
        _asked.Clear();
        for (var i = 0; i < round.Config.Members.Count; i++)
        {
            if (i == mine || signed.ContainsKey(i)) continue;
            Ask(round.Config.Members[i], RequestOf(round, phase), (phase, round.Attempt, round.Config.Id, i));
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
        if (!_asked.Remove(number, out var asked) || response is null || Current is not null) return;
        foreach (var known in response.Configs?.Configs ?? [])
        {
            if (OnAdopt(known)) return;
        }

        if (response.Declined?.Locked is { } locked && IsPrepared(locked, out var other)) _shown = Latest(_shown, other);
        if (_round is not { } round || round.Attempt != asked.Attempt || round.Config.Id != asked.Config) return;
        if (response.Signed is not { } signature || signature.Member != asked.Member) return;
        if (round.Config.Verify(_rules.Network, asked.Phase, round.Attempt, round.Config, signature, _verifier)) OnSigned(round, asked.Phase, signature);
    }

    private void OnSigned(Round round, EpochPhase phase, MemberSignature signature)
    {
        var signatures = round.Signatures(phase);
        signatures[(int)signature.Member] = signature;
        var isMine = signature.Member == round.Config.IndexOf(_signer.Id);
        if (phase == EpochPhase.Prepare) TryCommit(round);
        else if (signatures.Count >= round.Config.Quorum.Votes) Found(round.Config.WithSignatures(round.Attempt, signatures.Values));
        if (isMine && Current is null) GoOn(round);
    }

    /// <summary>With q prepare signatures I commit, and then ask the others to.</summary>
    private void TryCommit(Round round)
    {
        if (round.Prepared is not null || _writing is not null || round.Prepares.Count < round.Config.Quorum.Votes) return;
        var prepared = round.Config.WithSignatures(round.Attempt, round.Prepares.Values);
        if (!MayCommit(prepared)) return;
        round.Prepared = prepared;
        Write(EpochPhase.Commit, prepared, request: null);
    }

    private void Found(EpochConfig config)
    {
        Adopt(config);
        for (var i = 0; i < config.Members.Count; i++)
        {
            if (config.Members[i].Peer != _signer.Id) Ask(config.Members[i], new EpochRequest { Adopt = config.Record }, (EpochPhase.Commit, config.Attempt, config.Id, i));
        }
    }

    private bool IsPrepared(Record? record, [NotNullWhen(true)] out EpochConfig? config) =>
        EpochConfig.TryParse(record, out config) && IsMine(config) && config.HasQuorum(_rules.Network, EpochPhase.Prepare, _verifier);

    private static EpochConfig? Latest(EpochConfig? left, EpochConfig? right) => left is null || right?.Attempt > left.Attempt ? right : left;

    private int RankOf(IReadOnlyList<EpochMember> members)
    {
        for (var i = 0; i < members.Count; i++)
        {
            if (members[i].Peer == _signer.Id) return i;
        }

        return -1;
    }

    private void Ask(EpochMember to, EpochRequest request, (EpochPhase Phase, ulong Attempt, RecordId Config, int Member) about)
    {
        request.Network = ByteString.CopyFrom(_rules.Network.Value.ToArray());
        request.Market = ByteString.CopyFrom(_rules.Market.ToArray());
        _asked.Add(++_lastNumber, about);
        _effects.Enqueue(new EpochEffect.Ask(_lastNumber, to, request));
    }

    private sealed class Round(ulong attempt, EpochConfig config)
    {
        public ulong Attempt => attempt;
        public EpochConfig Config => config;

        /// <summary>The set with q prepare signatures, once there are so many.</summary>
        public EpochConfig? Prepared { get; set; }
        public SortedDictionary<int, MemberSignature> Prepares { get; } = [];
        public SortedDictionary<int, MemberSignature> Commits { get; } = [];
        public SortedDictionary<int, MemberSignature> Signatures(EpochPhase phase) => phase == EpochPhase.Prepare ? Prepares : Commits;
        public bool IsOf(EpochConfig signed) => signed.Id == config.Id && signed.Attempt == attempt;
    }
}
