using System.Globalization;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Output;

/// <summary>The shapes of what tells how a node, its network and its account are.</summary>
internal static class NodeShapes
{
    public static Shape<CheckView> Check { get; } = new(CliJson.Default.CheckView, check => check.Name,
    [
        new("CHECK", check => check.Name), new("STATE", check => check.State), new("WHAT", check => check.What), new("WHY", check => check.Why), new("FIX", check => check.Fix),
    ]);

    public static Shape<PeerView> Peer { get; } = new(CliJson.Default.PeerView, peer => peer.Peer,
    [
        new("PEER", peer => peer.Peer), new("DIRECTION", peer => peer.Direction), new("SERVER", peer => peer.Server ? "yes" : ""), new("RELAYED", peer => peer.Relayed ? "yes" : ""),
        new("AGE", peer => DurationText.Show(TimeSpan.FromSeconds(peer.AgeSeconds))), new("ADDRESS", peer => peer.Address), new("SEES US AT", peer => peer.SeesUsAt),
    ]);

    public static Shape<PingView> Ping { get; } = new(ApiJson.Default.PingView, ping => ping.Ms?.ToString("0.###", CultureInfo.InvariantCulture) ?? "",
    [
        new("PEER", ping => ping.Peer), new("SEQ", ping => Text(ping.Seq)), new("TIME", ping => ping.Ms is { } ms ? string.Create(CultureInfo.InvariantCulture, $"{ms:0.###} ms") : null), new("FAULT", ping => ping.Fault),
    ]);

    public static Shape<HoldingView> Holding { get; } = new(CliJson.Default.HoldingView, holding => holding.At,
    [
        new("ABOUT", holding => holding.About), new("ORDER", holding => holding.Order is { } order ? Shapes.Short(order) : null), new("MARKET", holding => holding.Profile), new("AT", holding => holding.At),
        new("STATE", holding => holding.State), new("DETAIL", holding => holding.Detail),
    ]);

    public static Shape<WhereAmIView> WhereAmI { get; } = new(ApiJson.Default.WhereAmIView, where => where.Peer, [new("PEER", where => where.Peer)]);

    public static Shape<DrainView> Drain { get; } = new(ApiJson.Default.DrainView, drained => Text(drained.Cancelled),
    [
        new("CANCELLED", drained => Text(drained.Cancelled)), new("LEFT MARKETS", drained => Text(drained.LeftMarkets)), new("ACTIVE LEASES", drained => Text(drained.ActiveLeases)),
    ]);

    public static Shape<StopView> Stop { get; } = new(ApiJson.Default.StopView, stopped => Text(stopped.Pid), [new("PID", stopped => Text(stopped.Pid))]);

    public static Shape<StatementLineView> StatementLine { get; } = new(CliJson.Default.StatementLineView, line => line.Lease,
    [
        new("LEASE", line => Shapes.Short(line.Lease)), new("ROLE", line => line.Role), new("MARKET", line => line.Profile), new("COUNTERPARTY", line => line.Counterparty), new("STARTS", line => Shapes.Time(line.StartsAt)),
        new("QUANTITY", line => Text(line.Quantity)), new("PRICE", line => line.Price), new("MINUTES", line => Text(line.Minutes)), new("AMOUNT", line => line.Amount), new("STATE", line => line.State),
    ]);

    public static Shape<StatementView> Statement { get; } = new(ApiJson.Default.StatementView, statement => statement.Net, [new("NET", statement => statement.Net)]);

    public static Shape<ConfiguredValue> Configuration { get; } = new(CliJson.Default.ConfiguredValue, value => value.Key, [new("KEY", value => value.Key), new("VALUE", value => value.Value)]);

    public static Shape<ConfiguredValue> ConfigurationWithOrigin { get; } = Configuration with { Columns = [.. Configuration.Columns, new("ORIGIN", value => value.Origin)] };

    public static Shape<BundleView> Bundle { get; } = new(CliJson.Default.BundleView, bundle => bundle.File,
    [
        new("FILE", bundle => bundle.File), new("BYTES", bundle => Text(bundle.Bytes)), new("HOLDS", bundle => string.Join("\n", bundle.Holds)),
    ]);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
