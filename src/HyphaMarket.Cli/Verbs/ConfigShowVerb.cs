using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>config show</c>: the configuration that holds, all layers joined; needs no daemon.</summary>
internal static class ConfigShowVerb
{
    public static Command Create(CliApp app)
    {
        var origin = new Option<bool>("--origin") { Description = "Tell where each value comes from." };
        var set = new Option<bool>("--set") { Description = "Only what is not a default." };
        return new Command("show", "Show the configuration that a node started now would have.") { origin, set }.WithVerb(app, (context, _) =>
        {
            var values = NodeOptionsLoader.Show(context.Sources()).Where(value => !context.Value(set) || value.Origin != "defaults").ToList();
            context.Output.Write(values, context.Value(origin) ? NodeShapes.ConfigurationWithOrigin : NodeShapes.Configuration);
            return Task.CompletedTask;
        });
    }
}
