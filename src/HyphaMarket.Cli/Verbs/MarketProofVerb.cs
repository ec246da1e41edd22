using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>market proof</c>: writes the proof of a match of this node to a file, for anybody to check.</summary>
internal static class MarketProofVerb
{
    public static Command Create(CliApp app)
    {
        var match = new Argument<string>("match") { Description = "The match's id or its first digits; `lease get` and events tell it." };
        return new Command("proof", "Write the proof of a match to a file that `market verify` checks.") { match, ProofFiles.FileOption }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var proof = await api.GetAsync($"/v1/proofs/{Uri.EscapeDataString(context.Value(match))}", ApiJson.Default.ProofView, stop);
            var path = context.Value(ProofFiles.FileOption)!;
            await ProofFiles.WriteAsync(proof, path, stop);
            context.Output.Write(new WrittenProofView(proof.Id, path, proof.File.Length, proof.Full), Shapes.WrittenProof);
            if (!proof.Full) context.Say("No broker gave the slot's input in time: the votes can be checked, and the match cannot be recomputed.");
        });
    }
}
