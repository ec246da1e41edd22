using Google.Protobuf;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

// What this node signs when others ask.
public sealed partial class EpochFormation
{
    private void OnPrepare(Instant now, long request, EpochPrepare asked)
    {
        if (Current is not null) Respond(request, Known(0));
        else if (!EpochConfig.TryParse(asked.Config, out var config)) Respond(request, Declined(EpochDeclineReason.Malformed));
        else if (!IsMine(config)) Respond(request, Declined(EpochDeclineReason.NotMember));
        else if (_writing is { } writing) JoinOrDecline(request, writing, EpochPhase.Prepare, config, asked.Attempt);
        else if (_prepared == (asked.Attempt, config.Id)) Rewrite(request, EpochPhase.Prepare, config.WithSignatures(asked.Attempt, []));
        else if (WhyNotPrepare(now, asked, config) is { } reason) Respond(request, Declined(reason));
        else Write(EpochPhase.Prepare, config.WithSignatures(asked.Attempt, []), request);
    }

    private EpochDeclineReason? WhyNotPrepare(Instant now, EpochPrepare asked, EpochConfig config)
    {
        // Clocks may differ by less than an attempt; a number far from mine would only lock me out of the attempts between.
        var mine = AttemptAt(now);
        if (!MaySign || asked.Attempt + 1 < mine || asked.Attempt > mine + 1) return EpochDeclineReason.Unsettled;
        if (_prepared is { } prepared && prepared.Attempt >= asked.Attempt) return EpochDeclineReason.SignedOther;
        var justified = IsPrepared(asked.Prepared, out var earlier) && earlier.Id == config.Id && earlier.Attempt < asked.Attempt;
        if (_committed is { } committed && committed.Id != config.Id && !(justified && earlier!.Attempt > committed.Attempt)) return EpochDeclineReason.SignedOther;
        // What q members found right, or I did before, needs no second look.
        if (justified || _committed?.Id == config.Id) return null;
        if (!IsNear(now, config.FirstSlot) || !IsSettled(now)) return EpochDeclineReason.Unsettled;
        return SameMembers(config.Members, _view!.Members) ? null : EpochDeclineReason.OtherMembers;
    }

    private void OnCommit(long request, Record record)
    {
        if (Current is not null) Respond(request, Known(0));
        else if (!IsPrepared(record, out var config)) Respond(request, Declined(EpochDeclineReason.Malformed));
        else if (_writing is { } writing) JoinOrDecline(request, writing, EpochPhase.Commit, config, config.Attempt);
        else if (_committed is { } committed && committed.Id == config.Id && committed.Attempt == config.Attempt) Rewrite(request, EpochPhase.Commit, committed);
        else if (!MayCommit(config)) Respond(request, Declined(EpochDeclineReason.SignedOther));
        else Write(EpochPhase.Commit, config, request);
    }

    /// <summary>Whoever moved on to a later attempt may have helped another set there: it commits to nothing earlier.</summary>
    private bool MayCommit(EpochConfig prepared) =>
        MaySign && (_prepared is not { } latest || latest.Attempt <= prepared.Attempt) && (_committed is not { } committed || committed.Attempt < prepared.Attempt);

    private bool OnAdopt(Record record)
    {
        if (!EpochConfig.TryParse(record, out var config) || !IsMine(config)) return false;
        if (Current is not null) return Current.Id == config.Id;
        if (!config.HasQuorum(_rules.Network, EpochPhase.Commit, _verifier)) return false;
        Adopt(config);
        return true;
    }

    /// <summary>The same signature again, as often as it is asked for: it is on disk already.</summary>
    private void Rewrite(long request, EpochPhase phase, EpochConfig config) => Respond(request, new EpochResponse
    {
        Signed = new MemberSignature
        {
            Member = (uint)config.IndexOf(_signer.Id),
            Signature = ByteString.CopyFrom(_signer.Sign(config.SigningBytes(_rules.Network, phase, config.Attempt))),
        },
    });

    /// <summary>My signature is not on disk yet, so nobody may see it, nor whose it is.</summary>
    private void JoinOrDecline(long request, Writing writing, EpochPhase phase, EpochConfig config, ulong attempt)
    {
        var same = writing.Phase == phase && writing.Config.Id == config.Id && writing.Config.Attempt == attempt;
        if (same && writing.Requests.Count < _options.WaitingRequests) writing.Requests.Add(request);
        else Respond(request, Declined(EpochDeclineReason.Unsettled));
    }

    /// <summary>A set that begins far from my slot was drawn up by a clock that is not mine.</summary>
    private bool IsNear(Instant now, Slot first)
    {
        var (mine, most) = (_rules.Schedule.SlotAt(now), 16 * _options.LeadSlots);
        return first >= new Slot(mine.Value - most) && first <= mine.Plus(most);
    }

    private EpochResponse Declined(EpochDeclineReason reason)
    {
        var decline = new EpochDecline { Reason = reason };
        if (reason == EpochDeclineReason.SignedOther && _committed is not null) decline.Locked = _committed.Record;
        decline.Seen.AddRange((_view?.Members ?? []).Select(member => new Member { Peer = ByteString.CopyFrom(member.Peer.Span) }));
        return new EpochResponse { Declined = decline };
    }
}
