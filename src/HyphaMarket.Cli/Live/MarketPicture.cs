using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Live;

/// <summary>A market on one screen: slot clock, spread, book, last trades and the way prices went.</summary>
/// <param name="Trades">The latest first.</param>
/// <param name="Clock">Null where the node does not tell it.</param>
internal sealed record MarketPicture(QuoteView Quote, IReadOnlyList<TradeView> Trades, SlotClock? Clock)
{
    /// <summary>What is wrong with the stream; null while it flows.</summary>
    public string? Notice { get; init; }

    public const int Levels = 10;
    private const int TradesShown = 8;
    private const int BarWidth = 20;
    private const int SparkWidth = 60;

    public IRenderable Render(DateTimeOffset now)
    {
        var rows = new List<IRenderable> { new Rule(Markup.Escape($"{Quote.Profile ?? Shapes.Short(Quote.Market)}  {Clock?.Text(now) ?? $"slot {Quote.Slot}"}")), new Text(Spread()), Book(), new Rule("Last trades"), Last() };
        if (Trades.Count > 1) rows.Add(new Text($"{Sparkline.Of([.. Trades.Reverse().Select(trade => trade.PriceMicros)], SparkWidth)}  {Trades[0].Price}"));
        if (Quote.Divergent > 0) rows.Add(new Text($"{Quote.Divergent} brokers show another book."));
        if (Notice is not null) rows.Add(new Text(Notice, new Style(Color.Yellow)));
        return new Rows(rows);
    }

    /// <summary>One line of eighty characters.</summary>
    private string Spread() => ((Quote.BestBid, Quote.BestAsk) switch
    {
        ({ } bid, { } ask) => $"bid {Number(bid.PriceMicros)}  ask {Number(ask.PriceMicros)}  spread {CreditText.PerMinute(ask.PriceMicros - bid.PriceMicros)}",
        ({ } bid, null) => $"bid {bid.Price}  no asks",
        (null, { } ask) => $"no bids  ask {ask.Price}",
        _ => "The book is empty.",
    }) + $"  {Quote.Answers} answers";

    /// <summary>The unit is said once in a line.</summary>
    private static string Number(long micros) => CreditText.PerMinute(micros).Split(' ')[0];

    /// <summary>Asks above bids, as books are drawn; a bar for the units of each level.</summary>
    private Table Book()
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var header in new[] { "SIDE", "PRICE", "UNITS", "OFFERS", "" }) table.AddColumn(new TableColumn(header) { NoWrap = true });
        var most = Math.Max(1, Quote.Bids.Concat(Quote.Asks).Select(level => level.Units).DefaultIfEmpty(1UL).Max());
        foreach (var level in Quote.Asks.Take(Levels).Reverse()) Add("ask", level, "red");
        foreach (var level in Quote.Bids.Take(Levels)) Add("bid", level, "green");
        return table;

        void Add(string side, LevelView level, string color) => table.AddRow(
            $"[{color}]{side}[/]", Markup.Escape(level.Price), level.Units.ToString(CultureInfo.InvariantCulture), level.Offers.ToString(CultureInfo.InvariantCulture), $"[{color}]{new string('█', (int)Math.Ceiling((double)level.Units / most * BarWidth))}[/]");
    }

    private IRenderable Last()
    {
        if (Trades.Count == 0) return new Text("none that this node has seen");
        var table = new Table { Border = TableBorder.None };
        foreach (var header in new[] { "TIME", "PRICE", "UNITS", "MATCH" }) table.AddColumn(new TableColumn(header) { NoWrap = true });
        foreach (var trade in Trades.Take(TradesShown)) table.AddRow(trade.At.ToString("HH:mm:ss", CultureInfo.InvariantCulture), Markup.Escape(trade.Price), trade.Quantity.ToString(CultureInfo.InvariantCulture), Shapes.Short(trade.Match) + (trade.Own ? " (yours)" : ""));
        return table;
    }
}
