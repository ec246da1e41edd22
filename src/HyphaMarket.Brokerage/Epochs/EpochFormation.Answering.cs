using Google.Protobuf;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

// What this node signs when others ask.
public sealed partial class EpochFormation
{
    private void OnPrepare(Instant now, long request, EpochPrepare asked)
    {
        if (!EpochConfig.TryParse(asked.Config, out var config)) Respond(request, Declined(EpochDeclineReason.Malformed));
        else if (IsDecided(config)) Respond(request, Known(config.Epoch));
        else if (!IsVoterOf(config)) Respond(request, Declined(EpochDeclineReason.NotMember));
        else if (_writing is { } writing) JoinOrDecline(request, writing, EpochPhase.Prepare, config, asked.Attempt);
        else if (BallotOf(config).Prepared == (asked.Attempt, config.Id)) Rewrite(request, EpochPhase.Prepare, config.WithSignatures(asked.Attempt, []));
        else if (WhyNotPrepare(now, asked, config) is { } reason) Respond(request, Declined(reason, config));
        else Write(EpochPhase.Prepare, config.WithSignatures(asked.Attempt, []), request);
    }

    /// <summary>A set of this number, or a later one, is the set of now: who asks learns it.</summary>
    private bool IsDecided(EpochConfig config) => Current is not null && config.Epoch <= Current.Epoch && config.Market == _rules.Market;

    private EpochDeclineReason? WhyNotPrepare(Instant now, EpochPrepare asked, EpochConfig config)
    {
        // Clocks may differ by less than an attempt; a number far from mine would only lock me out of the attempts between.
        var mine = AttemptAt(now);
        if (!MaySign || asked.Attempt + 1 < mine || asked.Attempt > mine + 1) return EpochDeclineReason.Unsettled;
        var ballot = BallotOf(config);
        var earlier = IsPrepared(asked.Prepared, out var shown) && shown.Id == config.Id && shown.Attempt < asked.Attempt ? shown : null;
        if (!ballot.MayPrepare(config, asked.Attempt, earlier)) return EpochDeclineReason.SignedOther;
        // What q members found right, or I did before, needs no second look.
        return earlier is not null || ballot.Committed?.Id == config.Id ? null : WhyNotWish(now, config);
    }

    private void OnCommit(Instant now, long request, Record record)
    {
        if (EpochConfig.TryParse(record, out var shown) && IsDecided(shown)) Respond(request, Known(shown.Epoch));
        else if (!IsPrepared(record, out var config)) Respond(request, Declined(EpochDeclineReason.Malformed));
        else if (_writing is { } writing) JoinOrDecline(request, writing, EpochPhase.Commit, config, config.Attempt);
        else if (BallotOf(config).Committed is { } committed && committed.Id == config.Id && committed.Attempt == config.Attempt) Rewrite(request, EpochPhase.Commit, committed);
        else if (!MaySign || !BallotOf(config).MayCommit(config)) Respond(request, Declined(EpochDeclineReason.SignedOther, config));
        else Write(EpochPhase.Commit, config, request);
    }

    private bool OnAdopt(Instant now, Record record)
    {
        if (!EpochConfig.TryParse(record, out var config) || config.Market != _rules.Market) return false;
        Take(now, config);
        Follow(now);
        return _chain.Find(config.Id) is not null;
    }

    /// <summary>The same signature again, as often as it is asked for: it is on disk already.</summary>
    private void Rewrite(long request, EpochPhase phase, EpochConfig config) => Respond(request, new EpochResponse { Signed = SignatureOf(VotersOf(config)!, phase, config) });

    /// <summary>My signature is not on disk yet, so nobody may see it, nor whose it is.</summary>
    private void JoinOrDecline(long request, Writing writing, EpochPhase phase, EpochConfig config, ulong attempt)
    {
        var same = writing.Phase == phase && writing.Config.Id == config.Id && writing.Config.Attempt == attempt;
        if (same && writing.Requests.Count < _options.WaitingRequests) writing.Requests.Add(request);
        else Respond(request, Declined(EpochDeclineReason.Unsettled));
    }

    private EpochResponse Declined(EpochDeclineReason reason, EpochConfig? about = null)
    {
        var decline = new EpochDecline { Reason = reason };
        if (reason == EpochDeclineReason.SignedOther && about is not null && BallotOf(about).Committed is { } committed) decline.Locked = committed.Record;
        decline.Seen.AddRange((_view?.Members ?? []).Select(member => new Member { Peer = ByteString.CopyFrom(member.Peer.Span) }));
        return new EpochResponse { Declined = decline };
    }
}
