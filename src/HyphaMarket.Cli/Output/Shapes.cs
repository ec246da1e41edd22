using HyphaMarket.Node.Hardware;
using System.Globalization;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Output;

/// <summary>The shapes of everything that the verbs print.</summary>
internal static class Shapes
{
    /// <summary>Digits of an id in a table: enough to tell the orders of one node apart, and accepted by every verb as a prefix.</summary>
    private const int ShortId = 12;

    public static Shape<OrderView> Order { get; } = new(ApiJson.Default.OrderView, order => order.Id,
    [
        new("ID", order => Short(order.Id)), new("SIDE", order => order.Side), new("MARKET", order => order.Profile ?? Short(order.Market)), new("PRICE", order => order.Price),
        new("QUANTITY", order => Text(order.Quantity)), new("FILLED", order => Text(order.Filled)), new("TERM", order => Text(order.TermMinutes) + "m"),
        new("STATE", order => order.State), new("EXPIRES", order => Time(order.ExpiresAt)), new("REASON", order => order.Reason),
    ]);

    public static Shape<OrderPlacement> Placement { get; } = new(ApiJson.Default.OrderPlacement, placed => placed.Order?.Id ?? placed.Error?.Code ?? "",
    [
        new("NUMBER", placed => Text(placed.Number)), new("ID", placed => placed.Order is { } order ? Short(order.Id) : null), new("SIDE", placed => placed.Order?.Side),
        new("MARKET", placed => placed.Order is { } order ? order.Profile ?? Short(order.Market) : null), new("PRICE", placed => placed.Order?.Price), new("QUANTITY", placed => placed.Order is { } order ? Text(order.Quantity) : null),
        new("STATE", placed => placed.Order?.State), new("CODE", placed => placed.Error?.Code), new("REASON", placed => placed.Error?.Reason),
    ]);

    public static Shape<OrderExplanationView> OrderExplanation { get; } = new(ApiJson.Default.OrderExplanationView, explained => explained.Code,
    [
        new("ORDER", explained => explained.Order.Id), new("STATE", explained => explained.Order.State), new("TERMS", explained => $"{explained.Order.Side} {Text(explained.Order.Quantity)} x {explained.Order.Profile ?? Short(explained.Order.Market)} at {explained.Order.Price} for {Text(explained.Order.TermMinutes)}m"),
        new("CODE", explained => explained.Code), new("REASON", explained => explained.Reason), new("CHANGE", explained => explained.Change),
        new("AHEAD", explained => $"{explained.AheadUnits} units of {explained.AheadOffers} offers at better prices, {explained.TiedUnits} units of others at its own"),
        new("WITHIN LIMIT", explained => $"{explained.WithinLimitUnits} units of the other side"), new("BEST OPPOSITE", explained => Level(explained.BestOpposite)),
        new("CHANCE", explained => explained.Chance is { } chance ? string.Create(CultureInfo.InvariantCulture, $"{chance * 100:0} % by the past day ({explained.ChanceWindows} stretches as long as it has to live{(explained.Scope == "all" ? "" : ", this node's own trades only")})") : "not known: too few trades were seen here"),
        new("EXPIRES", explained => Time(explained.Order.ExpiresAt)),
    ]);

    public static Shape<LeaseView> Lease { get; } = new(ApiJson.Default.LeaseView, lease => lease.Id,
    [
        new("ID", lease => Short(lease.Id)), new("ROLE", lease => lease.Role), new("MARKET", lease => lease.Profile ?? Short(lease.Market)), new("COUNTERPARTY", lease => lease.Counterparty),
        new("QUANTITY", lease => Text(lease.Quantity)), new("PRICE", lease => lease.Price), new("STATE", lease => lease.State), new("ENDS", lease => Time(lease.EndsAt)),
        new("USED", lease => Text(lease.Minutes) + "m"), new("TOTAL", lease => lease.Total),
    ]);

    /// <summary>One lease alone: only then the daemon tells what its worker said of its machine.</summary>
    public static Shape<LeaseView> LeaseWithCheck { get; } = Lease with { Columns = [.. Lease.Columns, new("CHECKED", lease => lease.Check is { } check ? $"{check.Verdict} {Time(check.AskedAt)}" : null)] };

    public static Shape<LeaseCheckView> LeaseCheck { get; } = new(ApiJson.Default.LeaseCheckView, check => check.Verdict,
    [
        new("VERDICT", check => check.Verdict), new("LEASE", check => Short(check.Lease)), new("BOUGHT", check => check.Profile is { } profile ? $"{Text(check.Quantity)} x {profile}" : "of a profile that this node does not know"),
        new("LESS", check => Findings(check, LeaseCheckView.Less)), new("CANNOT BE TOLD", check => Findings(check, LeaseCheckView.Unknown)), new("FITS", check => Findings(check, LeaseCheckView.Fits)),
        new("WORKER", check => check.Worker), new("MEASURED", check => Time(check.MeasuredAt)), new("SYSTEM", check => check.System), new("ACCELERATORS", check => check.Accelerators.Count == 0 ? "none" : string.Join("\n", check.Accelerators)),
        new("DRIVER", check => check.Driver), new("PROCESSORS", check => Text(check.CpuCores)), new("MEMORY", check => Text(check.MemoryMib) + " MiB"), new("DISKS", check => Text(check.DiskMib) + " MiB"),
        new("PROBLEMS", check => string.Join("\n", check.Problems)),
    ]);

    public static Shape<MarketView> Market { get; } = new(CliJson.Default.MarketView, market => market.Market,
    [
        new("MARKET", market => market.Profile ?? Short(market.Market)), new("ID", market => Short(market.Market)), new("ROLES", market => string.Join(",", market.Roles)),
        new("BROKERS", market => Text(market.Brokers)), new("QUORUM", market => Text(market.Quorum)), new("EPOCH", market => market.Epoch.ToString(CultureInfo.InvariantCulture)),
        new("ORDERS", market => Text(market.OpenOrders)),
    ]);

    public static Shape<QuoteView> Quote { get; } = new(ApiJson.Default.QuoteView, quote => quote.Market,
    [
        new("MARKET", quote => quote.Profile ?? Short(quote.Market)), new("SLOT", quote => Text(quote.Slot)), new("BID", quote => Level(quote.BestBid)), new("ASK", quote => Level(quote.BestAsk)),
        new("LAST", quote => quote.LastPrice), new("BID UNITS", quote => quote.BidUnits.ToString(CultureInfo.InvariantCulture)), new("ASK UNITS", quote => quote.AskUnits.ToString(CultureInfo.InvariantCulture)),
        new("ANSWERS", quote => Text(quote.Answers)),
    ]);

    public static Shape<DepthLine> Depth { get; } = new(CliJson.Default.DepthLine, line => line.Price,
    [
        new("SIDE", line => line.Side), new("PRICE", line => line.Price), new("UNITS", line => line.Units.ToString(CultureInfo.InvariantCulture)), new("OFFERS", line => line.Offers.ToString(CultureInfo.InvariantCulture)),
    ]);

    public static Shape<BrokerView> Broker { get; } = new(CliJson.Default.BrokerView, broker => broker.Peer,
    [
        new("PEER", broker => broker.Peer), new("SELF", broker => broker.Self ? "yes" : ""), new("CONNECTED", broker => broker.Connected ? "yes" : "no"), new("ADDRESSES", broker => string.Join(" ", broker.Addresses)),
    ]);

    public static Shape<ProfileView> Profile { get; } = new(ApiJson.Default.ProfileView, profile => profile.Market,
    [
        new("PROFILE", profile => profile.Slug), new("RANK", profile => Text(profile.Rank)), new("SUMMARY", profile => profile.Summary), new("ID", profile => Short(profile.Market)), new("ADDED", profile => profile.Added ? "yes" : ""),
    ]);

    public static Shape<ProfileDifference> ProfileDifference { get; } = new(CliJson.Default.ProfileDifference, difference => difference.Attribute,
    [
        new("ATTRIBUTE", difference => difference.Attribute), new("LEFT", difference => difference.Left), new("RIGHT", difference => difference.Right), new("OTHER MARKET", difference => difference.Market ? "yes" : "no"),
    ]);

    public static Shape<NodeEvent> Event { get; } = new(ApiJson.Default.NodeEvent, happened => happened.Order ?? happened.Lease ?? "",
    [
        new("TIME", happened => happened.At.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)), new("NODE", happened => happened.Node), new("EVENT", happened => happened.Event), new("SLOT", happened => happened.Slot?.ToString(CultureInfo.InvariantCulture)),
        new("MARKET", happened => happened.Profile ?? (happened.Market is { } market ? Short(market) : null)), new("SIDE", happened => happened.Side), new("STATE", happened => happened.State),
        new("PRICE", happened => happened.Price), new("ABOUT", happened => (happened.Order ?? happened.Lease) is { } id ? Short(id) : happened.Peer), new("MESSAGE", happened => happened.Message ?? happened.Reason),
    ]);

    public static Shape<NodeStatus> Status { get; } = new(ApiJson.Default.NodeStatus, status => status.PeerId,
    [
        new("PEER", status => status.PeerId), new("VERSION", status => status.Version), new("PID", status => Text(status.Pid)), new("DATA", status => status.DataDirectory),
        new("NETWORK", status => $"{status.Network} ({Short(status.NetworkId)})"), new("ROLES", status => string.Join(", ", status.Roles)), new("ADDRESSES", status => string.Join("\n", status.Addresses)),
        new("REACHABLE", status => status.Reachability), new("RELAYS", status => string.Join("\n", status.Relays)), new("RELAYED PEERS", status => Text(status.RelayedPeers)),
        new("SLOT", status => $"{Text(status.Slot)} ({Text(status.SlotLengthMs)} ms each)"), new("STARTED", status => Time(status.StartedAt)), new("PEERS", status => Text(status.ConnectedPeers)),
        new("BROKERS KNOWN", status => Text(status.KnownBrokers)), new("MARKETS BROKERED", status => Text(status.BrokeredMarkets)), new("ORDERS OPEN", status => Text(status.OpenOrders)),
        new("LEASES ACTIVE", status => Text(status.ActiveLeases)), new("CLOCK SKEW", status => status.ClockSkewMs is { } skew ? Text(skew) + " ms" : "not measured"),
        new("VOTING", status => status.Voting ? "yes" : "no"), new("READY", status => status.Ready ? "yes" : "no"), new("MEMORY", status => Text(status.ResidentBytes / (1024 * 1024)) + " MiB"),
        new("WARNINGS", status => string.Join("\n", status.Warnings)),
    ]);

    public static Shape<FitView> Fit { get; } = new(CliJson.Default.FitView, fit => fit.Profile,
    [
        new("PROFILE", fit => fit.Profile), new("SLOTS", fit => Text(fit.Slots)), new("CHOSEN", fit => fit.Chosen ? "yes" : ""), new("MISSING", fit => string.Join("; ", fit.Missing)),
    ]);

    public static Shape<InitView> Init { get; } = new(CliJson.Default.InitView, made => made.PeerId,
    [
        new("PEER", made => made.PeerId), new("DATA", made => made.DataDirectory), new("KEY", made => made.KeyFile), new("CONFIGURATION", made => made.ConfigurationFile), new("NEXT", made => made.Next),
    ]);

    public static Shape<VersionView> Version { get; } = new(CliJson.Default.VersionView, version => version.Version,
    [
        new("VERSION", version => version.Version), new("RUNTIME", version => version.Runtime), new("SYSTEM", version => version.System),
    ]);

    public static Shape<TunnelView> Tunnel { get; } = new(ApiJson.Default.TunnelView, tunnel => tunnel.Local,
    [
        new("LOCAL", tunnel => tunnel.Local), new("REMOTE PORT", tunnel => Text(tunnel.RemotePort)), new("LEASE", tunnel => Short(tunnel.Lease)), new("SENT", tunnel => Text(tunnel.Sent)),
        new("RECEIVED", tunnel => Text(tunnel.Received)), new("CONNECTIONS", tunnel => Text(tunnel.Connections)),
    ]);

    public static Shape<VerdictView> Verdict { get; } = new(ApiJson.Default.VerdictView, verdict => verdict.Verdict,
    [
        new("VERDICT", verdict => verdict.Verdict), new("CODE", verdict => verdict.Code), new("REASON", verdict => verdict.Reason), new("MATCH", verdict => verdict.Match),
        new("MARKET", verdict => verdict.Profile ?? verdict.Market), new("NETWORK", verdict => verdict.NetworkId is { } id ? $"{verdict.Network} ({Short(id)})" : null),
        new("SLOT", verdict => verdict.Slot is { } slot ? $"{Text(slot)}{(verdict.SlotAt is { } at ? $" ({Time(at)})" : "")}" : null), new("QUANTITY", verdict => verdict.Quantity is { } quantity ? Text(quantity) : null),
        new("BUYER PAYS", verdict => verdict.BuyPriceMicros is { } price ? CreditText.PerMinute(price) : null), new("SELLER GETS", verdict => verdict.SellPriceMicros is { } price ? CreditText.PerMinute(price) : null),
        new("BUYER", verdict => verdict.Buyer), new("SELLER", verdict => verdict.Seller),
        new("VOTES", verdict => verdict.Voters is { } voters ? $"{voters.Count} of {verdict.Brokers}, {verdict.Quorum} certify:\n{string.Join("\n", voters)}" : null),
        new("BROKER SET", verdict => verdict.Config is { } config ? $"epoch {verdict.Epoch} ({Short(config)})" : null), new("ANCHOR", verdict => verdict.AnchorSays),
        new("RECOMPUTED", verdict => verdict.Recomputed switch { true => $"yes, from {verdict.Inputs} offers: the same result", false => "no: the proof has not the slot's input", null => null }),
    ]);

    public static Shape<WrittenProofView> WrittenProof { get; } = new(CliJson.Default.WrittenProofView, proof => proof.File,
    [
        new("ID", proof => proof.Id), new("FILE", proof => proof.File), new("BYTES", proof => Text(proof.Bytes)), new("INPUT", proof => proof.Full switch { true => "yes", false => "no", null => null }),
    ]);

    public static Shape<BrokerWhyView> BrokerWhy { get; } = new(ApiJson.Default.BrokerWhyView, why => why.Config,
    [
        new("MARKET", why => why.Profile ?? why.Market), new("KEY", why => why.Key), new("SERVERS", why => $"{Text(why.NetworkSize)} in the network ({why.SizeIs}), {Text(why.Found)} found near the key"),
        new("BROKERS WANTED", why => $"{Text(why.Wanted)} = min({Text(why.Found)} found, ceil(sqrt({Text(why.NetworkSize)})) kept within {Text(why.Floor)} and {Text(why.Cap)})"),
        new("BROKER SET", why => $"epoch {why.Epoch}, {why.Kind}, from slot {Text(why.FirstSlot)} ({Time(why.FirstSlotAt)}), {why.Config}"), new("AFTER", why => why.Previous),
        new("MEMBERS", why => $"{Text(why.Members)}; {Text(why.Quorum)} votes certify, {Text(why.Tolerated)} may fail"), new("SIGNED", why => $"by {Text(why.Signatures)} of {why.SignedBy}"),
        new("FOUND", why => $"{Text(why.MembersFound)} of the members are among the servers found"), new("NEAREST", why => string.Join("\n", why.Candidates.Select(Candidate))), new("CHANGES", why => string.Join("\n", why.Changes)),
    ]);

    public static string Short(string id) => id.Length <= ShortId ? id : id[..ShortId];

    public static string? Time(DateTimeOffset? at) => at?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Candidate(BrokerCandidateView candidate)
    {
        List<string> marks = [candidate.Member ? "member" : "no member"];
        if (candidate.Signed) marks.Add("signed");
        if (candidate.SinceEpoch is { } since) marks.Add($"since epoch {since}");
        if (candidate.TermEndsAt is { } end) marks.Add($"term to {Time(end)}");
        if (candidate.Self) marks.Add("this node");
        else marks.Add(candidate.Connected ? "connected" : "not connected");
        return $"{(candidate.Rank is { } rank ? Text(rank) : "-"),2}  {candidate.Distance[..16]}  {candidate.Peer}  {string.Join(", ", marks)}";
    }

    private static string Findings(LeaseCheckView check, string verdict) => string.Join("\n", check.Findings.Where(finding => finding.Verdict == verdict));

    private static string? Level(LevelView? level) => level is null ? null : $"{level.Price} x {level.Units}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
