using System.CommandLine;
using System.Globalization;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Simulation.Dht;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>simulate network</c>: whether lookups agree on a market's brokers, and whether records outlive churn.</summary>
internal static class SimulateNetworkVerb
{
    private static Shape<DhtRow> Shape { get; } = new(CliJson.Default.DhtRow, row => Text(row.Hours),
    [
        new("HOURS", row => Text(row.Hours)), new("NODES", row => Text(row.Nodes)), new("LEFT", row => Text(row.Left)), new("BROKERS", row => Text(row.BrokersPerMarket)),
        new("LOOKUPS THAT AGREE", row => Share(row.AgreeingLookups)), new("FIND THE NEAREST", row => Share(row.TrueLookups)), new("MEAN OVERLAP", row => Share(row.MeanOverlap)),
        new("FIND A QUORUM", row => Share(row.QuorumLookups)), new("REQUESTS A LOOKUP", row => row.RequestsPerLookup.ToString("0.#", CultureInfo.InvariantCulture)),
        new("RECORDS", row => Text(row.Records)), new("NOT FOUND", row => Text(row.RecordsLost)), new("HELD BY NOBODY", row => Text(row.RecordsGone)),
    ]);

    public static Command Create(CliApp app)
    {
        var usual = new DhtOptions();
        var nodes = CountOption.Positive("--nodes", "Servers, all willing to broker; at least 50.", usual.Nodes);
        var markets = CountOption.Positive("--markets", "Markets.", usual.Markets);
        var lookups = CountOption.Positive("--lookups", "Lookups of each market, from nodes drawn at random; at least 2.", usual.LookupsPerMarket);
        var records = CountOption.Positive("--records", "Records that are put once; at most as many as nodes.", usual.Records);
        var churn = new Option<double>("--churn") { Description = "The share of nodes that leave in an hour, as many come; 0 to 0.9.", DefaultValueFactory = _ => usual.ChurnPerHour };
        var hours = CountOption.Positive("--hours", "Simulated hours.", usual.Hours);
        var seed = CountOption.Positive("--seed", "The seed.", usual.Seed);
        nodes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 50) result.AddError("--nodes must be at least 50.");
        });
        lookups.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 2) result.AddError("--lookups must be at least 2.");
        });
        churn.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is < 0 or > 0.9) result.AddError("--churn must be from 0 to 0.9.");
        });
        return new Command("network", "A large network's DHT: broker sets that lookups agree on, records that churn loses.") { nodes, markets, lookups, records, churn, hours, seed }.WithVerb(app, async (context, stop) =>
        {
            var options = new DhtOptions
            {
                Nodes = context.Value(nodes), Markets = context.Value(markets), LookupsPerMarket = context.Value(lookups), Records = Math.Min(context.Value(records), context.Value(nodes)),
                ChurnPerHour = context.Value(churn), Hours = context.Value(hours), Seed = context.Value(seed),
            };
            context.Output.Write(await Task.Run(() => DhtRun.Run(options, context.Say, stop), stop), Shape);
            return ExitCode.Ok;
        });
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Share(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %";
}
