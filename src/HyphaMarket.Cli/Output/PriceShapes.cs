using System.Globalization;

using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Output;

/// <summary>The shapes of trades, candles and prices.</summary>
internal static class PriceShapes
{
    public static Shape<TradeView> Trade { get; } = new(CliJson.Default.TradeView, trade => trade.Match,
    [
        new("MATCH", trade => Shapes.Short(trade.Match)), new("TIME", trade => Shapes.Time(trade.At)), new("MARKET", trade => trade.Profile ?? Shapes.Short(trade.Market)), new("SLOT", trade => Text(trade.Slot)),
        new("QUANTITY", trade => Text(trade.Quantity)), new("PRICE", trade => trade.Price), new("OWN", trade => trade.Own ? "yes" : ""), new("PROOF", trade => trade.Proof ? "yes" : ""),
    ]);

    public static Shape<CandleView> Candle { get; } = new(CliJson.Default.CandleView, candle => Shapes.Time(candle.At)!,
    [
        new("TIME", candle => Shapes.Time(candle.At)), new("OPEN", candle => candle.Open), new("HIGH", candle => candle.High), new("LOW", candle => candle.Low), new("CLOSE", candle => candle.Close),
        new("MEAN", candle => candle.Mean), new("UNITS", candle => Text(candle.Units)), new("TRADES", candle => Text(candle.Trades)),
    ]);

    public static Shape<PriceSuggestionView> Suggestion { get; } = new(ApiJson.Default.PriceSuggestionView, price => price.Suggested ?? "",
    [
        new("MARKET", price => price.Profile ?? price.Market), new("SIDE", price => price.Side), new("SUGGESTED", price => price.Suggested ?? "nothing to go by"), new("BASIS", price => price.Basis),
        new("PERCENTILES", price => string.Join("\n", price.Percentiles.Select(point => $"{point.Percentile,2} %  {point.Price}"))),
        new("TRADES", price => $"{Text(price.Trades)} of {Text(price.Units)} units since {Shapes.Time(price.Since)} ({(price.Scope == "all" ? "all of the market" : "this node's own")})"),
        new("BEST BID", price => Level(price.BestBid)), new("BEST ASK", price => Level(price.BestAsk)),
    ]);

    private static string? Level(LevelView? level) => level is null ? null : $"{level.Price} x {level.Units}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
