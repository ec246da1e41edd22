namespace HyphaMarket.Node.Telemetry;

/// <summary>Every metric that a daemon has. Page, dashboard and alert rules are tested against this list.</summary>
public static class MetricCatalogue
{
    /// <summary>From a tenth of a millisecond to ten seconds: a signature's check to a lookup that nearly timed out.</summary>
    private static readonly double[] s_work = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>From half a second to an hour: slots of a devnet to an order that waits for a buyer.</summary>
    private static readonly double[] s_waiting = [0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 900, 3_600];

    public static MetricDefinition OffersReceived { get; } = new("hyphamarket_offers_received_total", MetricKind.Counter, "1",
        "Offers that came to this broker, by what became of them: accepted, ignored (known, or not for now) or refused; the reason is the market's code for an owner's own submission, else none.", "side", "result", "reason");

    public static MetricDefinition OffersOpen { get; } = new("hyphamarket_offers_open", MetricKind.Gauge, "1", "Offers in the store of a market that this node brokers.", "market");

    public static MetricDefinition BookDepth { get; } = new("hyphamarket_book_depth", MetricKind.Gauge, "1", "Free units on one side of a book that this node brokers.", "market", "side");

    public static MetricDefinition BestBid { get; } = new("hyphamarket_best_bid", MetricKind.Gauge, "credits/min", "The highest bid, in credits a minute and unit; absent while there is none.", "market");

    public static MetricDefinition BestAsk { get; } = new("hyphamarket_best_ask", MetricKind.Gauge, "credits/min", "The lowest ask, in credits a minute and unit; absent while there is none.", "market");

    public static MetricDefinition OfferVerify { get; } = new("hyphamarket_offer_verify_seconds", MetricKind.Histogram, "s",
        "How long this broker took to judge an offer: form, window, proof of work, signature, place in the book.") { Buckets = s_work };

    public static MetricDefinition TimeToMatch { get; } = new("hyphamarket_time_to_match_seconds", MetricKind.Histogram, "s", "From the making of an own order to a certified fill of it.", "side") { Buckets = s_waiting };

    public static MetricDefinition SlotClearing { get; } = new("hyphamarket_slot_clearing_seconds", MetricKind.Histogram, "s",
        "From the start of a match slot to its certificate, as this broker saw it.") { Buckets = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.5, 2, 3, 4, 8] };

    public static MetricDefinition SlotSkew { get; } = new("hyphamarket_slot_skew_seconds", MetricKind.Gauge, "s", "This node's clock less its fellow brokers' median; absent while nothing was compared.", "market");

    public static MetricDefinition SlotLag { get; } = new("hyphamarket_book_lag_slots", MetricKind.Gauge, "1", "Slots by which this broker's book is behind the schedule.", "market");

    public static MetricDefinition Slots { get; } = new("hyphamarket_slots_total", MetricKind.Counter, "1", "Match slots that this broker took part in: certified, or void where no quorum came together in time.", "outcome");

    public static MetricDefinition Divergence { get; } = new("hyphamarket_broker_divergence_total", MetricKind.Counter, "1",
        "Times that brokers contradicted each other: a proposal that broke a rule here (proposal), two signed contents of one slot (equivocation), quotes of different books (quote).", "kind");

    public static MetricDefinition Votes { get; } = new("hyphamarket_votes_total", MetricKind.Counter, "1", "Votes of this broker: cast or withheld.", "result");

    public static MetricDefinition Leases { get; } = new("hyphamarket_leases", MetricKind.Gauge, "1", "Leases that this node is a party of and remembers: active, or ended.", "state");

    public static MetricDefinition ReservationExpired { get; } = new("hyphamarket_reservation_expired_total", MetricKind.Counter, "1", "Units promised to a match whose buyer did not activate in time, counted by match.");

    public static MetricDefinition Delivery { get; } = new("hyphamarket_delivery_total", MetricKind.Counter, "1",
        "What became of certified matches of this node: delivered (a lease began), declined (not taken up by this buyer), failed (claimed in vain), released (refused by this seller), lapsed (not activated).", "outcome");

    public static MetricDefinition MeshPeers { get; } = new("hyphamarket_gossip_mesh_peers", MetricKind.Gauge, "1", "Peers in this broker's gossip mesh of a market.", "market");

    public static MetricDefinition GossipDuplicates { get; } = new("hyphamarket_gossip_duplicates_total", MetricKind.Counter, "1", "Gossip messages that were known already or under validation.");

    public static MetricDefinition DhtLookup { get; } = new("hyphamarket_dht_lookup_seconds", MetricKind.Histogram, "s", "How long searches of the DHT took, by how they ended.", "outcome") { Buckets = s_work };

    public static MetricDefinition RateLimited { get; } = new("hyphamarket_ratelimited_total", MetricKind.Counter, "1", "Requests refused because they came too fast: offers at this broker (market), or requests of the local API (api).", "where");

    public static MetricDefinition Connections { get; } = new("hyphamarket_connections", MetricKind.Gauge, "1", "Open connections with other nodes.", "direction");

    public static MetricDefinition LedgerImbalance { get; } = new("hyphamarket_ledger_imbalance", MetricKind.Gauge, "credits", "The balances with all counterparties less the sum of all postings; anything but 0 is a fault of this program.");

    public static MetricDefinition HistoryWaiting { get; } = new("hyphamarket_history_waiting", MetricKind.Gauge, "1", "Trades that wait to be written to the history of prices.");

    public static MetricDefinition HistoryMissed { get; } = new("hyphamarket_history_missed_total", MetricKind.Counter, "1", "Trades that are missing in the history of prices, since its database could not be written for too long.");

    public static MetricDefinition Ready { get; } = new("hyphamarket_ready", MetricKind.Gauge, "1", "1 where a check of /readyz holds, 0 where it does not.", "check");

    public static MetricDefinition ApiRequest { get; } = new("hyphamarket_api_request_seconds", MetricKind.Histogram, "s", "How long requests of the local API took, streams excepted.", "method", "status") { Buckets = s_work };

    public static MetricDefinition ResidentMemory { get; } = new("hyphamarket_resident_memory_bytes", MetricKind.Gauge, "By", "Resident memory of the daemon.");

    public static MetricDefinition BuildInfo { get; } = new("hyphamarket_build_info", MetricKind.Gauge, "1", "Always 1; the labels tell the daemon's version and its network.", "version", "network");

    /// <summary>All of them, in the order of the page.</summary>
    public static IReadOnlyList<MetricDefinition> All { get; } =
    [
        OffersReceived, OffersOpen, BookDepth, BestBid, BestAsk, OfferVerify,
        TimeToMatch, SlotClearing, SlotSkew, SlotLag, Slots, Divergence, Votes,
        Leases, ReservationExpired, Delivery, LedgerImbalance,
        MeshPeers, GossipDuplicates, DhtLookup, RateLimited, Connections,
        HistoryWaiting, HistoryMissed,
        Ready, ApiRequest, ResidentMemory, BuildInfo,
    ];
}
