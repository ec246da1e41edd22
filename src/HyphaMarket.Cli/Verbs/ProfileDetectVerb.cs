using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Hardware;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>profile detect</c>: what this machine could sell, and what it lacks for the rest; needs no daemon.</summary>
internal static class ProfileDetectVerb
{
    public static Command Create(CliApp app) => new Command("detect", "Tell which profiles this machine fits, and what it lacks for the others.").WithVerb(app, async (context, stop) =>
    {
        var machine = await MachineReport.ReadAsync(context.DataDirectory, stop);
        foreach (var problem in machine.Problems) context.Say("warning: " + problem);
        context.Say(machine.Summary);
        context.Output.Write(machine.Fits, Shapes.Fit);
        if (machine.Fits.Any(fit => fit.Chosen)) return ExitCode.Ok;
        context.Say("This machine fits no profile.");
        return ExitCode.NotFound;
    });
}
