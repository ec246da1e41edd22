using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Telemetry;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Brokering;

// What is counted and shown of a market.
public sealed partial class BrokerRoom
{
    /// <summary>As it was when the states were read last; -1 before.</summary>
    private volatile int _meshPeers = -1;

    /// <summary>There are fellow brokers, and none of them is in the mesh.</summary>
    internal bool IsAloneInMesh => _status.Config is { Members.Count: > 1 } && _meshPeers == 0;

    /// <summary>Tells the states of this market; none while this node does not broker it.</summary>
    internal async Task ReadAsync(GaugeReadings readings, CancellationToken cancellationToken)
    {
        if (_status.Config is null) return;
        var market = _node.NameOf(_rules.Market);
        if (_intake.Picture is not { Book: var book }) return;
        var status = _status;
        readings.Set(MetricCatalogue.OffersOpen, status.Offers, market);
        readings.Set(MetricCatalogue.BookDepth, book.BidUnits, market, "bid");
        readings.Set(MetricCatalogue.BookDepth, book.AskUnits, market, "ask");
        if (book.BestBid is { } bid) readings.Set(MetricCatalogue.BestBid, bid.Price.Value / 1e6, market);
        if (book.BestAsk is { } ask) readings.Set(MetricCatalogue.BestAsk, ask.Price.Value / 1e6, market);
        if (status.ClockAheadMs is { } ahead) readings.Set(MetricCatalogue.SlotSkew, ahead / 1000d, market);
        readings.Set(MetricCatalogue.SlotLag, LagSlots, market);
        _meshPeers = (await _node.Network.Gossip.MeshPeersAsync(_topic, cancellationToken)).Count;
        readings.Set(MetricCatalogue.MeshPeers, _meshPeers, market);
    }

    /// <summary>Slots by which the broker is behind the schedule, by this node's own clock; 0 while it brokers nothing.</summary>
    internal long LagSlots => _status.Config is null ? 0 : Math.Max(0, _rules.Schedule.SlotAt(Now).Value - _status.Slot.Value);

    /// <summary>The market's name for people.</summary>
    internal string Name => _node.NameOf(_rules.Market);

    /// <summary>What became of an owner's submission.</summary>
    private void Count(IReadOnlyList<Record> records, IReadOnlyList<WholeBundle> bundles, SubmitResponse response, TimeSpan took)
    {
        var at = 0;
        foreach (var record in records) CountOffer(record.Kind, record.Body, response.Results[at++], took);
        foreach (var bundle in bundles) foreach (var body in bundle.Bodies) CountOffer(bundle.Kind, body, response.Results[at++], took);
    }

    private void CountOffer(RecordKind kind, ByteString body, SubmitResult result, TimeSpan took)
    {
        if (kind != RecordKind.Offer) return;
        var reason = result.Refusal is { } refusal ? ((OfferRefusal)refusal.Reason).Code() : "none";
        _node.Metrics.OfferReceived(OfferSideText.Of(body), result.Refusal is null ? "accepted" : "refused", reason, took);
        if (result.Refusal?.Reason == RefusalReason.RateLimited) _node.Metrics.RateLimited("market");
    }

    private void Count(Record record, GossipVerdict verdict, TimeSpan took)
    {
        if (record.Kind != RecordKind.Offer) return;
        var result = verdict switch
        {
            GossipVerdict.Accept => "accepted",
            GossipVerdict.Reject => "refused",
            _ => "ignored",
        };
        _node.Metrics.OfferReceived(OfferSideText.Of(record.Body), result, "none", took);
    }

    private void Count(BrokerEffect.Report report)
    {
        switch (report.What)
        {
            case BrokerReport.Voted:
                _node.Metrics.Voted("cast");
                break;
            case BrokerReport.VoteWithheld:
                _node.Metrics.Voted("withheld");
                _node.Metrics.Diverged("proposal");
                break;
            case BrokerReport.Equivocation:
                _node.Metrics.Diverged("equivocation");
                break;
            case BrokerReport.SlotVoid:
                _node.Metrics.SlotEnded("void");
                break;
            case BrokerReport.Certified:
                _node.Metrics.SlotEnded("certified");
                _node.Metrics.SlotCleared(TimeSpan.FromMilliseconds(Math.Max(0, Now.UnixMs - _rules.Schedule.StartOf(report.Slot).UnixMs)));
                break;
            default:
                break;
        }
    }
}
