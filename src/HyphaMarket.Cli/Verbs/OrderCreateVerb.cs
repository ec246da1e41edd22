using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>order create</c>: places a bid or an ask, and may wait for what becomes of it.</summary>
internal static class OrderCreateVerb
{
    /// <summary>Often enough for slots of half a second.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    public static Command Create(CliApp app)
    {
        var side = new Argument<string>("side") { Description = "bid (buy) or ask (sell)." }.OneOf("bid", "ask");
        var market = new Argument<string>("market") { Description = "A profile's name or a market's id." };
        var price = OptionParsers.Money("--price", "The most a bid pays, the least an ask takes, a minute and unit.");
        price.Required = true;
        var quantity = new Option<int>("--quantity", "-n") { Description = "Units.", DefaultValueFactory = _ => 1 };
        var minimum = new Option<int>("--minimum-fill") { Description = "The least units of one fill.", DefaultValueFactory = _ => 1 };
        var term = OptionParsers.Duration("--term", "A bid's lease term, an ask's longest; whole minutes. Default 1h.");
        var expires = new Option<string?>("--expires") { Description = "When the order leaves the book: +10m, or RFC 3339. Default: as late as the network allows.", HelpName = "TIME" };
        var attributes = new Option<string[]>("--attribute") { Description = "A fact about you, as region=eu; may be repeated.", HelpName = "KEY=VALUE" };
        var require = new Option<string[]>("--require") { Description = "A demand on the other side, as region=eu,us or region!=cn; may be repeated.", HelpName = "CLAUSE" };
        var distinct = new Option<bool>("--distinct") { Description = "Every unit from another counterparty." };
        var key = new Option<string?>("--idempotency-key") { Description = "A second order with the same key is the first one.", HelpName = "KEY" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Check and show the effective terms; send nothing." };
        var wait = new Option<string?>("--wait") { Description = "Wait until the order is matched, or leased.", HelpName = "STATE" }.OneOf("matched", "leased");
        var timeout = OptionParsers.Duration("--timeout", "How long to wait. Default 60s.");
        var command = new Command("create", "Place a bid or an ask.") { side, market, price, quantity, minimum, term, expires, attributes, require, distinct, key, dryRun, wait, timeout };
        return command.WithVerb(app, async (context, stop) =>
        {
            var request = new OrderRequest
            {
                Side = context.Value(side), Market = context.Value(market), PriceMicros = context.Value(price)!.Value, Quantity = context.Value(quantity), MinimumFill = context.Value(minimum),
                TermMinutes = WholeMinutes(context.Value(term) ?? TimeSpan.FromHours(1)), TtlSeconds = Ttl(context.Value(expires), context.Time.GetUtcNow()),
                Attributes = Pairs(context.Value(attributes) ?? []), Constraints = context.Value(require) ?? [], Distinct = context.Value(distinct),
                IdempotencyKey = context.Value(key), DryRun = context.Value(dryRun),
            };
            using var api = context.Api();
            var order = await api.PostAsync("/v1/orders", request, ApiJson.Default.OrderRequest, ApiJson.Default.OrderView, stop);
            context.Say(EffectiveTerms(order));
            if (context.Value(wait) is not { } until || order.State == OrderState.DryRun)
            {
                context.Output.Write(order, Shapes.Order);
                return order.State == OrderState.Refused ? ExitCode.RefusedByMarket : ExitCode.Ok;
            }
            return await WaitAsync(context, api, order, until, context.Value(timeout) ?? TimeSpan.FromSeconds(60), stop);
        });
    }

    /// <summary>Ends with the state waited for, with any final state, or with the time.</summary>
    private static async Task<ExitCode> WaitAsync(VerbContext context, ApiClient api, OrderView order, string until, TimeSpan timeout, CancellationToken stop)
    {
        context.Say($"Order {Shapes.Short(order.Id)} is {order.State}; waiting until it is {until}.");
        using var deadline = new CancellationTokenSource(timeout, context.Time);
        while (true)
        {
            var reached = until == "matched" ? order.State is OrderState.Matched or OrderState.Filled || order.Filled > 0 : order.Leases.Count > 0 || order.State == OrderState.Filled;
            if (reached || OrderState.IsFinal(order.State) || deadline.IsCancellationRequested)
            {
                context.Output.Write(order, Shapes.Order);
                if (reached) return ExitCode.Ok;
                if (!OrderState.IsFinal(order.State)) throw new CliException(ExitCode.TimedOut, "timed-out", $"The order is still {order.State} after {DurationText.Format(timeout)}.", "It stays in the book: see `hypha-market order get`, or cancel it.");
                context.Say($"The order is {order.State} and will not be {until}: see `hypha-market order explain {Shapes.Short(order.Id)}`.");
                return ExitCode.RefusedByMarket;
            }
            await Task.Delay(Poll, context.Time, stop);
            order = await api.GetAsync($"/v1/orders/{order.Id}", ApiJson.Default.OrderView, stop);
        }
    }

    /// <summary>What was left to defaults is said too, and what it may cost.</summary>
    private static string EffectiveTerms(OrderView order)
    {
        // Beyond 64 bits the market refuses it: no number is better than a wrong one.
        var cost = (Int128)order.PriceMicros * order.Quantity * order.TermMinutes;
        var worth = cost <= long.MaxValue ? $", {(order.Side == "bid" ? "at most" : "at least")} {CreditText.Amount((long)cost)} in all" : "";
        var fills = order.MinimumFill > 1 ? $", {order.MinimumFill} or more at a time" : "";
        return $"Effective terms: {order.Side} {order.Quantity} x {order.Profile ?? Shapes.Short(order.Market)} at {order.Price} for {order.TermMinutes} minutes{worth}{fills}, slots {order.FirstSlot} to {order.LastSlot}{(order.ExpiresAt is { } end ? $" (until {Shapes.Time(end)})" : "")}.";
    }

    private static int WholeMinutes(TimeSpan term) => term.Ticks % TimeSpan.TicksPerMinute == 0 && term >= TimeSpan.FromMinutes(1) && term <= TimeSpan.FromDays(366)
        ? (int)term.TotalMinutes
        : throw new CliException(ExitCode.Usage, "usage", $"--term {DurationText.Format(term)} is not 1 minute to 366 days in whole minutes.", "Give it as in 90m.");

    private static int? Ttl(string? expires, DateTimeOffset now)
    {
        if (expires is null) return null;
        if (!TimeText.TryParse(expires, now, out var moment)) throw new CliException(ExitCode.Usage, "usage", $"--expires \"{expires}\" is no time.", "Give +10m, or RFC 3339 as in 2026-11-21T12:00:00Z.");
        var seconds = Math.Floor((moment - now).TotalSeconds);
        return seconds is >= 1 and <= int.MaxValue ? (int)seconds : throw new CliException(ExitCode.Usage, "usage", $"--expires \"{expires}\" is not in the future.", "Give a later time.");
    }

    private static Dictionary<string, string> Pairs(string[] texts)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at < 1 || !pairs.TryAdd(text[..at], text[(at + 1)..])) throw new CliException(ExitCode.Usage, "usage", $"--attribute \"{text}\" is no new KEY=VALUE.", "Give each key once, as in region=eu.");
        }
        return pairs;
    }
}
