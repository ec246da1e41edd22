using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Devnet;

/// <summary>A live picture on a terminal: the nodes, the last trades, and what else happened last.</summary>
internal sealed class LiveDisplay(IAnsiConsole console) : IDevnetDisplay
{
    private const int TradesShown = 12;
    private const int EventsShown = 6;

    private readonly SortedDictionary<string, NodeLine> _nodes = new(StringComparer.Ordinal);
    private readonly Queue<NodeEvent> _trades = new();
    private readonly Queue<NodeEvent> _events = new();
    private int _count;

    public Task RunAsync(Func<Action<NodeEvent>, Task> body) => console.Live(Picture()).StartAsync(context => body(happened =>
    {
        Take(happened);
        context.UpdateTarget(Picture());
    }));

    private void Take(NodeEvent happened)
    {
        if (happened.Node is { } name)
        {
            var line = _nodes.GetValueOrDefault(name) ?? new NodeLine("", 0, "");
            _nodes[name] = line with { Peer = happened.Event == NodeEventKind.Started ? happened.Peer ?? line.Peer : line.Peer, Events = line.Events + 1, Last = happened.Event };
        }
        if (happened.Event == NodeEventKind.Trade)
        {
            _count++;
            Keep(_trades, happened, TradesShown);
        }
        else if (happened.Message is not null || happened.Reason is not null)
        {
            Keep(_events, happened, EventsShown);
        }
    }

    private static void Keep(Queue<NodeEvent> queue, NodeEvent happened, int most)
    {
        queue.Enqueue(happened);
        if (queue.Count > most) queue.Dequeue();
    }

    private Rows Picture()
    {
        var nodes = Table("NODE", "PEER", "EVENTS", "LAST");
        foreach (var (name, line) in _nodes) nodes.AddRow(Cells(name, line.Peer, line.Events.ToString(CultureInfo.InvariantCulture), line.Last));
        var trades = Table("SLOT", "PROFILE", "BID", "ASK", "PRICE", "WORKER", "BYTES", "LEASE");
        foreach (var trade in _trades.Reverse())
        {
            trades.AddRow(Cells(trade.Slot?.ToString(CultureInfo.InvariantCulture), trade.Profile, trade.Bid, trade.Ask, trade.Price, Tail(trade.Worker), trade.Bytes?.ToString("N0", CultureInfo.InvariantCulture), Shapes.Short(trade.Lease ?? "")));
        }
        var lines = _events.Reverse().Select(happened => new Text($"{happened.At:HH:mm:ss} {happened.Node} {happened.Event}: {happened.Message ?? happened.Reason}")).Cast<IRenderable>();
        return new Rows([new Rule("HyphaMarket devnet"), nodes, new Rule($"{_count} trades"), trades, .. lines]);
    }

    private static Table Table(params string[] headers)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var header in headers) table.AddColumn(new TableColumn(header) { NoWrap = true });
        return table;
    }

    private static string[] Cells(params string?[] cells) => [.. cells.Select(cell => Markup.Escape(cell ?? ""))];

    /// <summary>Ed25519 peer ids begin alike; their ends tell them apart.</summary>
    private static string Tail(string? peer) => peer is null ? "" : peer.Length <= 8 ? peer : "..." + peer[^8..];

    private sealed record NodeLine(string Peer, int Events, string Last);
}
