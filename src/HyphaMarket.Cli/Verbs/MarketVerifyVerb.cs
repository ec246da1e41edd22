using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Proofs;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>market verify</c>: checks a certified match from its bytes; of a file without a daemon and without a network.</summary>
internal static class MarketVerifyVerb
{
    private const int FewestDigits = 6, Digits = 64;

    public static Command Create(CliApp app)
    {
        var what = new Argument<string>("file-or-match") { Description = "A file that `market proof` wrote, or the id of a match of this node." };
        var full = new Option<bool>("--full") { Description = "Want the match recomputed from the slot's input: exit code 8 where the proof has none." };
        var anchor = new Option<string?>("--anchor") { Description = "A file with broker sets that you trust, as `broker proof` writes it; else those that the data directory's node believes.", HelpName = "FILE" };
        return new Command("verify", "Check a certified match: who voted, what for, and against which broker set.") { what, full, anchor }.WithVerb(app, async (context, stop) =>
        {
            var verdict = ProofCheck.Check(await BytesOfAsync(context, context.Value(what), stop), context.Value(anchor), context.DataDirectory);
            context.Output.Write(verdict, Shapes.Verdict);
            if (verdict.Verdict != VerdictView.Verified) return ExitCode.Error;
            if (!context.Value(full) || verdict.Recomputed == true) return ExitCode.Ok;
            context.Say("The proof has not the slot's input, so the match was not recomputed.");
            return ExitCode.Partial;
        });
    }

    /// <summary>A file where there is one of that name; else a match of the daemon.</summary>
    private static async Task<byte[]> BytesOfAsync(VerbContext context, string what, CancellationToken stop)
    {
        var looksLikeMatch = what.Length is >= FewestDigits and <= Digits && what.All(char.IsAsciiHexDigit);
        if (File.Exists(what) || !looksLikeMatch) return ProofCheck.ReadFile(what);
        using var api = context.Api();
        return (await api.GetAsync($"/v1/proofs/{Uri.EscapeDataString(what)}", ApiJson.Default.ProofView, stop)).File;
    }
}
