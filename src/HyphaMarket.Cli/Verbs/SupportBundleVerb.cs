using System.CommandLine;
using System.Globalization;

using HyphaMarket.Cli.Output;
using HyphaMarket.Cli.Support;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>support bundle</c>: a file to hand to somebody who helps.</summary>
internal static class SupportBundleVerb
{
    public static Command Create(CliApp app)
    {
        var file = new Option<string?>("--file", "-f") { Description = "Where to write it; never over another file. Default: hypha-market-support-TIME.zip.", HelpName = "FILE" };
        return new Command("bundle", "Write versions, configuration, status, checks and the last logs to a zip file, without keys and tokens.") { file }.WithVerb(app, async (context, stop) =>
        {
            var path = Path.GetFullPath(context.Value(file) ?? string.Create(CultureInfo.InvariantCulture, $"hypha-market-support-{context.Time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}.zip"));
            var bundle = new SupportBundle(context);
            await bundle.GatherAsync(stop);
            var holds = bundle.Write(path);
            context.Output.Write(new BundleView(path, new FileInfo(path).Length, holds), NodeShapes.Bundle);
            context.Say("It holds peer ids and addresses of this node and its peers, and its orders. Look at it before you hand it on.");
        });
    }
}
