using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace HyphaMarket.Node.Telemetry;

/// <summary>The daemon's instruments: its parts say here what happened, and whoever listens to the meter counts it.</summary>
/// <remarks>Safe for use by many threads; costs next to nothing while nobody listens.</remarks>
public sealed class NodeMetrics : IDisposable
{
    public const string MeterName = "HyphaMarket";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _offers;
    private readonly Counter<long> _slots;
    private readonly Counter<long> _divergence;
    private readonly Counter<long> _votes;
    private readonly Counter<long> _reservationExpired;
    private readonly Counter<long> _delivery;
    private readonly Counter<long> _rateLimited;
    private readonly Counter<long> _historyMissed;
    private readonly Histogram<double> _offerVerify;
    private readonly Histogram<double> _timeToMatch;
    private readonly Histogram<double> _slotClearing;
    private readonly Histogram<double> _dhtLookup;
    private readonly Histogram<double> _apiRequest;

    public NodeMetrics(GaugeBoard gauges)
    {
        ArgumentNullException.ThrowIfNull(gauges);
        _offers = Counter(MetricCatalogue.OffersReceived);
        _slots = Counter(MetricCatalogue.Slots);
        _divergence = Counter(MetricCatalogue.Divergence);
        _votes = Counter(MetricCatalogue.Votes);
        _reservationExpired = Counter(MetricCatalogue.ReservationExpired);
        _delivery = Counter(MetricCatalogue.Delivery);
        _rateLimited = Counter(MetricCatalogue.RateLimited);
        _historyMissed = Counter(MetricCatalogue.HistoryMissed);
        _offerVerify = Histogram(MetricCatalogue.OfferVerify);
        _timeToMatch = Histogram(MetricCatalogue.TimeToMatch);
        _slotClearing = Histogram(MetricCatalogue.SlotClearing);
        _dhtLookup = Histogram(MetricCatalogue.DhtLookup);
        _apiRequest = Histogram(MetricCatalogue.ApiRequest);
        // Duplicates are counted by the gossip router itself and read from it.
        _meter.CreateObservableCounter(MetricCatalogue.GossipDuplicates.Name, () => gauges.Read(MetricCatalogue.GossipDuplicates), MetricCatalogue.GossipDuplicates.Unit, MetricCatalogue.GossipDuplicates.Help);
        foreach (var gauge in MetricCatalogue.All.Where(metric => metric.Kind == MetricKind.Gauge)) _meter.CreateObservableGauge(gauge.Name, () => gauges.Read(gauge), gauge.Unit, gauge.Help);
    }

    /// <summary>Names this node's own instruments among those of other nodes in the process.</summary>
    internal Meter Meter => _meter;

    /// <param name="side"><c>bid</c> or <c>ask</c>; <c>unknown</c> where it cannot be read.</param>
    /// <param name="result"><c>accepted</c>, <c>ignored</c> or <c>refused</c>.</param>
    /// <param name="reason">The market's code, or <c>none</c>.</param>
    public void OfferReceived(string side, string result, string reason, TimeSpan judged)
    {
        _offers.Add(1, new("side", side), new("result", result), new("reason", reason));
        _offerVerify.Record(judged.TotalSeconds);
    }

    public void SlotEnded(string outcome) => _slots.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void SlotCleared(TimeSpan took) => _slotClearing.Record(took.TotalSeconds);

    public void Diverged(string kind, long times = 1) => _divergence.Add(times, new KeyValuePair<string, object?>("kind", kind));

    public void Voted(string result) => _votes.Add(1, new KeyValuePair<string, object?>("result", result));

    public void ReservationExpired() => _reservationExpired.Add(1);

    public void Delivered(string outcome) => _delivery.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void RateLimited(string where) => _rateLimited.Add(1, new KeyValuePair<string, object?>("where", where));

    public void HistoryMissed(int trades) => _historyMissed.Add(trades);

    public void Matched(string side, TimeSpan after) => _timeToMatch.Record(after.TotalSeconds, new KeyValuePair<string, object?>("side", side));

    public void LookedUp(string outcome, TimeSpan took) => _dhtLookup.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));

    public void ApiAnswered(string method, string status, TimeSpan took) => _apiRequest.Record(took.TotalSeconds, new("method", method), new("status", status));

    public void Dispose() => _meter.Dispose();

    private Counter<long> Counter(MetricDefinition metric) => _meter.CreateCounter<long>(metric.Name, metric.Unit, metric.Help);

    private Histogram<double> Histogram(MetricDefinition metric) =>
        _meter.CreateHistogram(metric.Name, metric.Unit, metric.Help, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = metric.Buckets });
}
