using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Profiles.Detection;
using HyphaMarket.Node.Hardware;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>profile detect</c>: what this machine could sell, and what it lacks for the rest; needs no daemon.</summary>
internal static class ProfileDetectVerb
{
    public static Command Create(CliApp app) => new Command("detect", "Tell which profiles this machine fits, and what it lacks for the others.").WithVerb(app, async (context, stop) =>
    {
        var catalogue = ProfileCatalogue.BuiltIn;
        var reading = await MachineProber.ReadAsync(catalogue, stop);
        foreach (var problem in reading.Problems) context.Say("warning: " + problem);
        var machine = reading.Inventory;
        context.Say($"This machine: {machine.Accelerators.Count} accelerators, {machine.CpuCores} processors, {machine.MemoryMib:N0} MiB of memory, disks of class {machine.DiskClass}.");
        var chosen = ProfileFit.Largest(catalogue, machine)?.Profile;
        var fits = ProfileFit.All(catalogue, machine)
            .Select(report => new FitView(report.Profile.Slug, report.Profile.Id.ToString(), report.Fits, report.Slots, report.Profile == chosen, [.. report.Failures.Select(failure => failure.ToString())]))
            .ToList();
        context.Output.Write(fits, Shapes.Fit);
        if (chosen is null) context.Say("This machine fits no profile.");
        return chosen is null ? ExitCode.NotFound : ExitCode.Ok;
    });
}
