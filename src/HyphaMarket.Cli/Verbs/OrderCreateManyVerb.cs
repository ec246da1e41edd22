using System.CommandLine;
using System.Text.Json;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>order create-many</c>: the orders of a file, those of one market under one signature; partial where some were refused.</summary>
internal static class OrderCreateManyVerb
{
    /// <summary>What a bundle holds.</summary>
    private const int Most = 1_024;

    /// <summary>The longest line is an order with all the attributes and clauses that a market takes.</summary>
    private const long MostBytes = 8L << 20;

    public static Command Create(CliApp app)
    {
        var file = new Argument<string>("file") { Description = "Orders as JSON, one a line, as POST /v1/orders takes them; /dev/stdin for standard input." };
        return new Command("create-many", "Place up to 1,024 orders at once; those of one market are signed and proven together.") { file }.WithVerb(app, async (context, stop) =>
        {
            var orders = Read(context.Value(file)!);
            using var api = context.Api();
            var placed = await api.PostAsync("/v1/orders/batch", new OrderBatchRequest { Orders = orders }, ApiJson.Default.OrderBatchRequest, ApiJson.Default.IReadOnlyListOrderPlacement, stop);
            context.Output.Write(placed, Shapes.Placement);
            var refused = placed.Count(one => one.Error is not null);
            context.Say($"{placed.Count - refused} of {placed.Count} orders were placed.");
            return refused == 0 ? ExitCode.Ok : refused < placed.Count ? ExitCode.Partial : ExitCode.RefusedByMarket;
        });
    }

    private static List<OrderRequest> Read(string path)
    {
        var (orders, number, bytes) = (new List<OrderRequest>(), 0, 0L);
        try
        {
            foreach (var line in File.ReadLines(path))
            {
                number++;
                if ((bytes += line.Length) > MostBytes) throw Wrong("too-many-orders", $"{path} is larger than {MostBytes >> 20} MiB.", "Place its orders in several steps.");
                if (string.IsNullOrWhiteSpace(line)) continue;
                if (orders.Count == Most) throw Wrong("too-many-orders", $"{path} holds more than {Most} orders.", "Place them in several steps.");
                orders.Add(JsonSerializer.Deserialize(line, ApiJson.Default.OrderRequest) ?? throw new JsonException("The line is null."));
            }
        }
        catch (JsonException e)
        {
            throw Wrong("bad-json", $"Line {number} of {path} is no order: {e.Message}", """Write one as {"market":"discovery-alpha","side":"ask","price_micros":12000}.""");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.NotFound, "unreadable-file", $"{path} cannot be read: {e.Message}", "Give the path of a file with one order a line.");
        }

        return orders.Count > 0 ? orders : throw Wrong("no-orders", $"{path} holds no order.", "Write one order a line, as JSON.");
    }

    private static CliException Wrong(string code, string reason, string hint) => new(ExitCode.Usage, code, reason, hint);
}
