using Google.Protobuf;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Leases;

public sealed partial class LeaseBook
{
    /// <summary>The other party asks about a lease.</summary>
    /// <param name="from">The authenticated other end of the stream.</param>
    /// <param name="requestId">Comes back with the answer, which may have to wait for the disk.</param>
    public void OnRequest(Instant now, ParticipantId from, LeaseRequest request, long requestId)
    {
        ArgumentNullException.ThrowIfNull(request);
        now = _runtime.Clock.Advance(now);
        OnTimer(now);
        if (_runtime.Outbox.IsFull) Refuse(requestId, SettleRefusalCodes.Busy, "The journal is behind. Ask again.");
        else if (!request.Network.Span.SequenceEqual(_runtime.Keys.Network.Value.ToArray())) Refuse(requestId, SettleRefusalCodes.WrongNetwork, "This node is in another network.");
        else if (request.AskCase == LeaseRequest.AskOneofCase.Records) OnExchangeAsked(now, from, request, requestId);
        else if (!RecordId.TryFromBytes(request.Lease.Span, out var id) || !_leases.TryGetValue(id, out var lease)) Refuse(requestId, SettleRefusalCodes.UnknownLease, "This node knows no such lease.");
        else if (lease.Counterparty != from) Refuse(requestId, SettleRefusalCodes.NotAParty, "You are not the other party of this lease.");
        else OnAsked(now, lease, from, request, requestId);
    }

    /// <summary>The other party answered.</summary>
    /// <param name="ask">As in the effect that asked.</param>
    public void OnAnswer(Instant now, LeaseAsk ask, LeaseResponse answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        now = _runtime.Clock.Advance(now);
        OnTimer(now);
        if (!_leases.TryGetValue(ask.Lease, out var lease)) return;

        // A renewal is whole when the other half is there, even when a refusal of an earlier try came first.
        if (answer.AnswerCase == LeaseResponse.AnswerOneofCase.CoSigned && answer.CoSigned.Body == lease.Offered?.Body && HasTheirHalf(lease, answer.CoSigned, RecordKind.Renewal))
        {
            TakeRenewal(now, lease, CoSigned(lease, answer.CoSigned));
            return;
        }

        if (!lease.Asks.TryGetValue(ask.Kind, out var pending)) return;
        switch (answer.AnswerCase)
        {
            case LeaseResponse.AnswerOneofCase.CoSigned when ask.Kind == LeaseAskKind.Receipt && IsReceipt(lease, answer.CoSigned):
                OnReceiptSigned(now, lease, CoSigned(lease, answer.CoSigned));
                break;
            case LeaseResponse.AnswerOneofCase.End when ask.Kind == LeaseAskKind.End && answer.End.Body == pending.Record.Body:
                lease.DropAsk(LeaseAskKind.End);
                break;
            case LeaseResponse.AnswerOneofCase.Records when ask.Kind == LeaseAskKind.Exchange && IsExchangeOf(lease, answer.Records):
                lease.DropAsk(LeaseAskKind.Exchange);
                TakeIn(now, lease, answer.Records);
                break;
            case LeaseResponse.AnswerOneofCase.Refused when ask.Kind == LeaseAskKind.Exchange && answer.Refused.Code == SettleRefusalCodes.LeaseEnded:
                lease.DropAsk(LeaseAskKind.Exchange);
                break;
            case LeaseResponse.AnswerOneofCase.Refused when answer.Refused.Code == SettleRefusalCodes.UnknownLease:
                // The other party has lost it: shown the lease, it takes it back in and answers the question when it is asked again.
                StartExchange(now, lease);
                break;
            case LeaseResponse.AnswerOneofCase.Refused when ask.Kind == LeaseAskKind.Renewal && answer.Refused.Code != SettleRefusalCodes.Busy:
                OnRenewalRefused(lease, answer.Refused);
                break;
            case LeaseResponse.AnswerOneofCase.Refused:
                if (answer.Refused.Code == SettleRefusalCodes.UsageDisputed) _runtime.Outbox.Emit(new SettlementEffect.Raise(new SettlementEvent.UsageDisputed(lease, PlainText.Cut(answer.Refused.Detail))));
                break;
            default:
                _runtime.Outbox.Emit(new SettlementEffect.Raise(new SettlementEvent.CounterpartyMisbehaved(lease.Id.Value, lease.Counterparty, $"The answer {answer.AnswerCase} is not one to the question {ask.Kind}, or is not signed.")));
                break;
        }

        Fail(now, lease, ask);
    }

    /// <summary>The other party could not be reached, or the stream broke before an answer came.</summary>
    public void OnUnreachable(Instant now, LeaseAsk ask)
    {
        now = _runtime.Clock.Advance(now);
        OnTimer(now);
        if (_leases.TryGetValue(ask.Lease, out var lease)) Fail(now, lease, ask);
    }

    private void OnAsked(Instant now, Lease lease, ParticipantId from, LeaseRequest request, long requestId)
    {
        switch (request.AskCase)
        {
            case LeaseRequest.AskOneofCase.Renew:
                OnRenewalAsked(now, lease, request.Renew, requestId);
                break;
            case LeaseRequest.AskOneofCase.Usage:
                OnReceiptAsked(now, lease, request.Usage, requestId);
                break;
            case LeaseRequest.AskOneofCase.End:
                OnEndAsked(now, lease, from, request.End, requestId);
                break;
            case LeaseRequest.AskOneofCase.State:
                var state = new LeaseState { EndUnixMs = lease.EffectiveEnd.UnixMs, Minutes = lease.Minutes, Micros = lease.Micros, Ended = !lease.IsActive(now) };
                _runtime.Outbox.EmitAfter(lease.Entry, new SettlementEffect.RespondLease(requestId, new LeaseResponse { State = state }));
                break;
            default:
                Refuse(requestId, SettleRefusalCodes.Malformed, "The request asks nothing.");
                break;
        }
    }

    /// <summary>If that try still waits, it has waited in vain.</summary>
    private void Fail(Instant now, Lease lease, LeaseAsk ask)
    {
        if (lease.Asks.TryGetValue(ask.Kind, out var pending) && pending.IsAwaiting && pending.Attempt == ask.Attempt) lease.SetAsk(ask.Kind, Paused(now, pending));
        Step(now, lease);
    }

    private bool IsReceipt(Lease lease, Record record) =>
        HasTheirHalf(lease, record, RecordKind.Usage) && SettlementRecords.TryRead(record, RecordKind.Usage, UsageBody.Parser, out var body) && NamesLease(body.Lease, lease);

    private static bool NamesLease(ByteString id, Lease lease) => id.Span.SequenceEqual(lease.Id.Value.ToArray());

    private void Refuse(long requestId, string code, string detail) => _runtime.Outbox.Emit(
        new SettlementEffect.RespondLease(requestId, new LeaseResponse { Refused = new SettleRefusal { Code = code, Detail = detail } }));
}
