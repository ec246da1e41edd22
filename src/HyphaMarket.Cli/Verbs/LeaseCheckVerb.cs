using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>lease check</c>: asks the worker's machine what it is, and holds that against what was bought.</summary>
internal static class LeaseCheckVerb
{
    public static Command Create(CliApp app)
    {
        var id = new Argument<string>("id") { Description = "The lease's id or its first digits." };
        var kept = new Option<bool>("--kept") { Description = "Ask nothing; show the answers of before, the newest first." };
        return new Command("check", "Ask the worker what its machine is, and compare it with what was bought.") { id, kept }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var lease = $"/v1/leases/{Uri.EscapeDataString(context.Value(id))}";
            if (context.Value(kept))
            {
                context.Output.Write(await api.GetAsync($"{lease}/checks", ApiJson.Default.IReadOnlyListLeaseCheckView, stop), Shapes.LeaseCheck);
                return ExitCode.Ok;
            }

            var check = await api.PostAsync($"{lease}/check", new LeaseCheckRequest(), ApiJson.Default.LeaseCheckRequest, ApiJson.Default.LeaseCheckView, stop);
            context.Output.Write(check, Shapes.LeaseCheck);
            context.Say("The worker's own word, signed: no proof of what it has, and on record if it is false.");
            return check.Verdict switch
            {
                LeaseCheckView.Fits => ExitCode.Ok,
                LeaseCheckView.Unknown => ExitCode.Partial,
                _ => ExitCode.Error,
            };
        });
    }
}
