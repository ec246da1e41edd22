using HyphaMarket.Market.Profiles;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Configuration;

/// <summary>Says what is wrong with the policies that a daemon keeps by itself.</summary>
internal static class StandingValidator
{
    /// <summary>As many as a worker may have units, so as many as one could ever sell.</summary>
    private const int MostUnits = 1_024;

    /// <summary>A day cut into more stretches than its hours has none that a lease fits into.</summary>
    private const int MostHours = 24;

    public static void Advertise(NodeOptions options, List<Problem> problems)
    {
        var advertise = options.Worker.Advertise;
        if (advertise.Enabled && !options.Roles.HasFlag(NodeRoles.Worker))
        {
            problems.Add(new Problem("not-a-worker", "\"worker.advertise.enabled\" is true, and the node is no worker.", "Only a worker sells.", "Add worker to \"roles\"."));
        }
        NodeOptionsValidator.Range(problems, ConfigurationKeys.WorkerAdvertisePrice, advertise.PriceMicros, 0, NodeOptionsValidator.HighestPrice, "micro-credits a minute");
        NodeOptionsValidator.Range(problems, ConfigurationKeys.WorkerAdvertiseReserve, advertise.Reserve, 0, MostUnits, "units");
        NodeOptionsValidator.Range(problems, ConfigurationKeys.WorkerAdvertiseHours, advertise.Hours.Count, 0, MostHours, "stretches");
        foreach (var text in advertise.Hours.Where(text => !DailyHours.TryParse(text, out _)))
        {
            problems.Add(new Problem("bad-hours", $"\"{text}\" in \"worker.advertise.hours\" is no stretch of the day.", "It is of the form HH:MM-HH:MM, in UTC.", "Write it as in 22:00-06:00."));
        }
        if (advertise.Hook is { } hook && !Path.IsPathFullyQualified(hook))
        {
            problems.Add(new Problem("bad-value", $"\"worker.advertise.hook\" is \"{hook}\".", "Which program runs must not depend on a search path or a directory.", "Give the absolute path of a program that needs no arguments."));
        }
        // Within a minute, so that a stop never waits long for a program that hangs.
        NodeOptionsValidator.Range(problems, ConfigurationKeys.WorkerAdvertiseHookTimeout, advertise.HookTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        NodeOptionsValidator.Range(problems, ConfigurationKeys.WorkerAdvertiseHookInterval, advertise.HookInterval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
    }

    public static void Demand(NodeOptions options, ProfileCatalogue catalogue, List<Problem> problems)
    {
        var demand = options.Scheduler.Demand;
        NodeOptionsValidator.Range(problems, ConfigurationKeys.SchedulerDemandLeases, demand.Leases, 0, MostUnits, "leases");
        NodeOptionsValidator.Range(problems, ConfigurationKeys.SchedulerDemandPrice, demand.PriceMicros, 0, NodeOptionsValidator.HighestPrice, "micro-credits a minute");
        NodeOptionsValidator.Range(problems, ConfigurationKeys.SchedulerDemandBudget, demand.BudgetMicros, 0, long.MaxValue / 2, "micro-credits");
        NodeOptionsValidator.Range(problems, ConfigurationKeys.SchedulerDemandTerm, demand.Term, TimeSpan.FromMinutes(1), TimeSpan.FromDays(366));
        if (demand.Term.Ticks % TimeSpan.TicksPerMinute != 0)
        {
            problems.Add(new Problem("bad-value", $"\"scheduler.demand.term\" is {DurationText.Format(demand.Term)}.", "Leases are sold by whole minutes.", "Give whole minutes, as in 90m."));
        }
        if (demand.Profile is { } profile && !catalogue.TryFind(profile, out _, out _))
        {
            problems.Add(new Problem("unknown-profile", $"The profile \"{profile}\" in \"scheduler.demand.profile\" is not in the catalogue.", "Only a known market can be bought in.", CatalogueFiles.Hint));
        }
        if (demand.Leases == 0) return;
        if (!options.Roles.HasFlag(NodeRoles.Scheduler))
        {
            problems.Add(new Problem("not-a-scheduler", "\"scheduler.demand.leases\" is set, and the node is no scheduler.", "Only a scheduler buys.", "Add scheduler to \"roles\"."));
        }
        if (demand.Profile is null || demand.PriceMicros == 0 || demand.BudgetMicros == 0)
        {
            problems.Add(new Problem("demand-incomplete", "\"scheduler.demand.leases\" is set, and not all of profile, price and budget are.", "Nothing is bought by itself without a limit of its price and of its sum.",
                "Set \"scheduler.demand.profile\", \"scheduler.demand.price\" and \"scheduler.demand.budget\"."));
        }
    }
}
