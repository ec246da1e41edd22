using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>broker proof</c>: writes the broker sets that this node believes to a file, against which others can hold proofs.</summary>
internal static class BrokerProofVerb
{
    public static Command Create(CliApp app)
    {
        var market = new Argument<string>("market") { Description = "A profile's name or a market's id." };
        return new Command("proof", "Write a market's broker sets to a file that `market verify --anchor` takes.") { market, ProofFiles.FileOption }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var proof = await api.GetAsync($"/v1/brokers/{Uri.EscapeDataString(context.Value(market))}/proof", ApiJson.Default.ProofView, stop);
            var path = context.Value(ProofFiles.FileOption)!;
            await ProofFiles.WriteAsync(proof, path, stop);
            context.Output.Write(new WrittenProofView(proof.Id, path, proof.File.Length, null), Shapes.WrittenProof);
        });
    }
}
