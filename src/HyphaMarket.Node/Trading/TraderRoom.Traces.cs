using System.Diagnostics;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Telemetry;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Trading;

// Which trace an order belongs to, from the request that made it to its lease. Nothing is kept while nobody traces.
public sealed partial class TraderRoom
{
    /// <summary>Orders and matches whose trace is remembered; the oldest are forgotten, and what they come to is then a trace of its own.</summary>
    private const int MaxTraced = 8_192;

    /// <summary>By offer id and by match id, which are hashes of different things; used in the loop alone.</summary>
    private readonly Dictionary<Hash256, ActivityContext> _traces = [];
    private readonly Queue<Hash256> _traceOrder = new();

    private void Trace(Hash256 what, ActivityContext? of)
    {
        if (of is not { } context || !_traces.TryAdd(what, context)) return;
        _traceOrder.Enqueue(what);
        if (_traceOrder.Count > MaxTraced) _traces.Remove(_traceOrder.Dequeue());
    }

    private ActivityContext? TraceOf(Hash256 what) => _traces.TryGetValue(what, out var context) ? context : null;

    /// <summary>A record on its way to one broker.</summary>
    private ActivityContext? TraceOf(Record record) => record.Kind == RecordKind.Offer && _traces.Count > 0 ? TraceOf(SignedRecords.IdOf(record).Value) : null;

    private static Activity? SubmitSpan(TraderEffect.Submit submit, ActivityContext? of) => of is null ? null
        : NodeTraces.Step("order.submit", of, kind: ActivityKind.Client)?.SetTag("hyphamarket.broker", submit.To.Peer.ToText()).SetTag("hyphamarket.market", submit.Market.ToString());

    /// <summary>The time in the book: from the order's making to a certified fill of it.</summary>
    private void TraceMatch(Order order, Hash256 match)
    {
        if (TraceOf(order.Offer.Id.Value) is not { } of) return;
        using var span = NodeTraces.Step("order.match", of, At(order.Created.UnixMs))?.SetTag("hyphamarket.order", order.Offer.Id.ToString()).SetTag("hyphamarket.match", match.ToString());
        Trace(match, span?.Context ?? of);
    }

    private static Activity? SettleSpan(SettlementEffect.AskSeller ask, ActivityContext? of) => of is null ? null
        : NodeTraces.Step($"settle.{ask.Request.StepCase.ToString().ToLowerInvariant()}", of, kind: ActivityKind.Client)?.SetTag("hyphamarket.seller", ask.Seller.ToText()).SetTag("hyphamarket.match", ask.Match.ToString()).SetTag("hyphamarket.attempt", ask.Attempt);

    private void TraceLease(Lease lease)
    {
        if (TraceOf(lease.Match.Match) is not { } of) return;
        using var span = NodeTraces.Step("lease.open", of)?.SetTag("hyphamarket.lease", lease.Id.ToString()).SetTag("hyphamarket.role", lease.Role.ToString().ToLowerInvariant());
    }
}
