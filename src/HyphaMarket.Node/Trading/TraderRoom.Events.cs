using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Storage;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using Microsoft.Data.Sqlite;

namespace HyphaMarket.Node.Trading;

// What brokers and settlement tell, and what is shown of it.
public sealed partial class TraderRoom
{
    private bool _historyFails;

    private void OnWatched(EpochConfig config, WatchEvent news)
    {
        if (news.Epoch > config.Epoch) Follow(config.Market);
        foreach (var notice in news.Fills) OnFill(notice);
        foreach (var notice in news.Notices)
        {
            if (!OfferId.TryFromBytes(notice.Offer.Span, out var offer) || _orders.Find(offer) is not { } order) continue;
            _node.Tell(EventOf(order) with { Event = NodeEventKind.Order, State = KindText(notice.Kind), Quantity = (int)notice.Quantity, Message = PlainText.Cut(notice.Detail) });
        }
    }

    private void OnFill(FillNotice notice)
    {
        // Slots of the set before are told by this one too.
        if (notice.Certificate is null || !SlotResult.TryParse(notice.Certificate, out var result) || _node.Brokers.Known(result.Config, result.Slot) is not { } config)
        {
            LogHappened("fill not believed", "It is malformed, or of a broker set that this node has not accepted.");
            return;
        }

        var verified = FillCertificates.Verify(_node.NetworkId, config, notice.Certificate, _node.Verifier);
        if (!verified.IsProven)
        {
            LogHappened("false fill", verified.Failure!);
            return;
        }

        if (_fills.ContainsKey(verified.MatchId)) return;
        KeepProof(config, notice, verified);
        _node.Prices.Note(notice.Certificate, verified);
        Remember(verified.MatchId, new ShownFill(
            verified.Fill!,
            verified.Result!.Slot.Value,
            [.. notice.Certificate.Votes.Signatures.Select(vote => config.Members[(int)vote.Member].Peer.ToText())]));
        foreach (var leg in verified.Fill!.Legs)
        {
            if (!leg.Owner.Span.SequenceEqual(_node.Signer.Id.Span)) continue;
            if (_orders.Find(new OfferId(new Hash256(leg.Offer.Span))) is { } order)
            {
                _node.Tell(EventOf(order) with
                {
                    Event = NodeEventKind.Matched,
                    Match = verified.MatchId.ToString(),
                    Slot = verified.Result!.Slot.Value,
                    Quantity = (int)verified.Fill.Quantity,
                    PriceMicros = leg.PriceMicros,
                    ElapsedMs = Now.UnixMs - order.Created.UnixMs,
                });
                CountMatched(order);
                TraceMatch(order, verified.MatchId);
            }

            // Settlement judges an own offer that nobody here knows, too: it may show that the journal is not whole.
            if (leg == verified.Fill.Legs[0]) _settlement.Scheduler.OnFill(Now, notice);
            else _settlement.Worker.OnFill(Now, notice);
        }
    }

    private void Remember(Hash256 match, ShownFill fill)
    {
        _fills.Add(match, fill);
        _fillOrder.Enqueue(match);
        if (_fillOrder.Count > MaxShownFills) _fills.Remove(_fillOrder.Dequeue());
    }

    private void OnRaised(SettlementEvent raised)
    {
        Count(raised);
        switch (raised)
        {
            case SettlementEvent.PurchaseClaimed claimed:
                _orders.OnMatched(claimed.Bid, claimed.Match, claimed.Quantity);
                break;
            case SettlementEvent.PurchaseDeclined declined:
                TellReleased(declined.Bid, declined.Match, declined.Quantity, declined.Code, declined.Detail);
                break;
            case SettlementEvent.PurchaseFailed failed:
                _orders.OnMatchFell(Now, failed.Bid, failed.Match, failed.Quantity, failed.BidReturns);
                TellReleased(failed.Bid, failed.Match, failed.Quantity, failed.Code, failed.BidReturns ? "The match came to nothing; the bid is in the book again." : "The match came to nothing, and its units are spent.");
                break;
            case SettlementEvent.SaleReserved reserved:
                _orders.OnMatched(reserved.Ask, reserved.Match, reserved.Quantity);
                break;
            case SettlementEvent.SaleReleased released:
                _orders.OnMatched(released.Ask, released.Match, released.Quantity);
                _orders.OnMatchFell(Now, released.Ask, released.Match, released.Quantity, returns: false);
                TellReleased(released.Ask, released.Match, released.Quantity, ReleaseCodes.Of(released.Reason), "This node released the match.");
                break;
            case SettlementEvent.SaleLapsed lapsed:
                _orders.OnMatchFell(Now, lapsed.Ask, lapsed.Match, lapsed.Quantity, returns: true);
                TellReleased(lapsed.Ask, lapsed.Match, lapsed.Quantity, lapsed.Declined ? "group" : "lapsed",
                    lapsed.Declined ? "Another bid of the buyer's group had filled; the ask is in the book again." : "The buyer did not activate in time; the ask is in the book again.");
                break;
            case SettlementEvent.LeaseOpened opened:
                OnLeaseOpened(opened.Lease);
                break;
            case SettlementEvent.LeaseRenewed renewed:
                Save(renewed.Lease);
                _node.Tell(EventOf(renewed.Lease) with { Event = NodeEventKind.LeaseRenewed, Message = $"Runs until {At(renewed.Lease.End.UnixMs):O}." });
                break;
            case SettlementEvent.LeaseEnding ending:
                Save(ending.Lease);
                _node.Tell(EventOf(ending.Lease) with { Event = NodeEventKind.LeaseEnded, State = "ending", Message = $"{ending.By.ToText()} gave notice: {ending.Reason}" });
                break;
            case SettlementEvent.LeaseEnded ended:
                Save(ended.Lease);
                _node.Tell(EventOf(ended.Lease) with { Event = NodeEventKind.LeaseEnded, State = "ended" });
                break;
            case SettlementEvent.Posted posted:
                if (_settlement.Leases.Find(posted.Posting.Contract) is { } lease)
                {
                    Save(lease);
                    if (lease.Receipt is { } receipt) Note(history => history.Save(new ReceiptRow(lease.Id.ToString(), lease.Minutes, (long)lease.Micros, Now.UnixMs, receipt.ToByteArray())));
                    _node.Tell(EventOf(lease) with { Event = NodeEventKind.Receipt, Message = $"{lease.Minutes} minutes, {lease.Micros} micro-credits in all." });
                }

                break;
            case SettlementEvent.LeaseTakenBack taken:
                OnLeaseOpened(taken.Lease);
                break;
            case SettlementEvent.JournalLost lost:
                _orders.OnJournalLost(Now, lost.Begun, lost.Until);
                LogJournalLost(At(lost.Until.UnixMs), lost.What);
                _node.Tell(new NodeEvent
                {
                    Event = NodeEventKind.Warning,
                    Reason = "journal-lost",
                    Message = $"{lost.What} Nothing is offered, accepted or activated until {At(lost.Until.UnixMs):O}; running leases go on.",
                    Hint = "See \"After a damaged disk or a restored copy\" in deploy/OPERATING.md.",
                });
                break;
            case SettlementEvent.ConfigWanted wanted:
                InBackground(async stop =>
                {
                    foreach (var market in _node.Markets.Markets) if (wanted.Shown is not null && EpochConfig.TryParse(wanted.Shown, out var shown) && shown.Market == market) await _node.Brokers.FollowAsync(market, stop);
                });
                break;
            default:
                _node.Tell(new NodeEvent { Event = NodeEventKind.Warning, Reason = raised.GetType().Name, Message = raised.ToString() });
                LogHappened(raised.GetType().Name, raised.ToString());
                break;
        }
    }

    private void OnLeaseOpened(Lease lease)
    {
        var terms = lease.Match.Terms;
        TraceLease(lease);
        LogLease(lease.Id, lease.Match.Quantity, _node.NameOf(lease.Match.Market), lease.Match.Seller.ToText(), lease.Match.Buyer.ToText(), terms.BuyPriceMicros);
        Save(lease);
        var fill = _fills.GetValueOrDefault(lease.Match.Match);
        Note(history => history.Save(new TradeRow
        {
            Id = lease.Match.Match.ToString(),
            Market = lease.Match.Market.ToString(),
            Slot = lease.Match.Slot.Value,
            Quantity = lease.Match.Quantity,
            BuyPriceMicros = terms.BuyPriceMicros,
            SellPriceMicros = terms.SellPriceMicros,
            BidMicros = fill?.Fill.Legs[0].LimitMicros ?? 0,
            AskMicros = fill?.Fill.Legs[^1].LimitMicros ?? 0,
            Bid = lease.Match.Bid.ToString(),
            Ask = lease.Match.Ask.ToString(),
            Buyer = lease.Match.Buyer.ToText(),
            Seller = lease.Match.Seller.ToText(),
            Brokers = fill?.Brokers ?? [],
            SeenMs = Now.UnixMs,
        }));
        var own = lease.Role == LeaseRole.Buyer ? lease.Match.Bid : lease.Match.Ask;
        _node.Tell(EventOf(lease) with
        {
            Event = NodeEventKind.Lease,
            State = "active",
            ElapsedMs = _orders.Find(own) is { } order ? Now.UnixMs - order.Created.UnixMs : null,
            BidMicros = fill?.Fill.Legs[0].LimitMicros,
            AskMicros = fill?.Fill.Legs[^1].LimitMicros,
            Brokers = fill?.Brokers,
            Order = own.ToString(),
        });
    }

    private void OnChanged(Order order)
    {
        Save(order);
        if (order.WasSequenceUsed) _settlement.OnJournalLost(Now, $"Brokers know another offer of this node with the sequence {order.Offer.Sequence}, of which the journal knows nothing.");
        foreach (var (_, _, done) in _waitingForOrders.Where(waiting => waiting.Order == order && waiting.Holds(order))) done.TrySetResult();
        _waitingForOrders.RemoveAll(waiting => waiting.Done.Task.IsCompleted);

        _node.Tell(EventOf(order) with { Event = NodeEventKind.Order, State = OrderViews.StateOf(order), Reason = OrderViews.ReasonOf(order), Message = order.Refusal?.Detail });
    }

    private void TellReleased(OfferId offer, Hash256 match, int quantity, string code, string detail)
    {
        if (_orders.Find(offer) is not { } order) return;
        LogHappened("match released", $"{match}: {code}");
        _node.Tell(EventOf(order) with { Event = NodeEventKind.Released, Match = match.ToString(), Quantity = quantity, Reason = code, Message = detail });
    }

    private NodeEvent EventOf(Order order) => new()
    {
        Event = NodeEventKind.Order,
        Order = order.Offer.Id.ToString(),
        Market = order.Offer.Market.ToString(),
        Profile = _node.NameOf(order.Offer.Market),
        Side = OrderViews.SideOf(order.Offer.Side),
        Quantity = order.Offer.Quantity,
    };

    private NodeEvent EventOf(Lease lease) => new()
    {
        Event = NodeEventKind.Lease,
        Lease = lease.Id.ToString(),
        Match = lease.Match.Match.ToString(),
        Market = lease.Match.Market.ToString(),
        Profile = _node.NameOf(lease.Match.Market),
        Slot = lease.Match.Slot.Value,
        Quantity = lease.Match.Quantity,
        PriceMicros = lease.Match.Terms.BuyPriceMicros,
        Worker = lease.Match.Seller.ToText(),
        Scheduler = lease.Match.Buyer.ToText(),
    };

    private void Save(Order order) => Note(history => history.Save(OrderViews.RowOf(order, Now)));

    private void Save(Lease lease) => Note(history => history.Save(LeaseViews.RowOf(lease, Now)));

    /// <summary>"Nothing that the node promised depends on the history": where the disk refuses it, all else goes on.</summary>
    private void Note(Action<History> write)
    {
        try
        {
            write(_node.History);
            _historyFails = false;
        }
        catch (SqliteException e)
        {
            // Told once for a row of failures: each would say the same.
            if (_historyFails) return;
            _historyFails = true;
            LogHistoryFailed(e.Message);
            _node.Tell(new NodeEvent { Event = NodeEventKind.Warning, Reason = "history-failed", Message = $"The history cannot be written ({e.Message}): what happens meanwhile will be missing in it.", Hint = "Make room on the disk or mend it." });
        }
    }

    private static DateTimeOffset At(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs);

    private static string KindText(StoreNoticeKind kind) => kind switch
    {
        StoreNoticeKind.Evicted => "evicted",
        StoreNoticeKind.Requeued => "requeued",
        StoreNoticeKind.Dropped => "dropped",
        StoreNoticeKind.Expired => "expired",
        _ => "unknown",
    };
}
