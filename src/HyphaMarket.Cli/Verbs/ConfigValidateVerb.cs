using System.CommandLine;

using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>config validate</c>: whether a node would start with the configuration; needs no daemon. Bad ones end with 9 and say everything that is wrong.</summary>
internal static class ConfigValidateVerb
{
    public static Command Create(CliApp app) => new Command("validate", "Check the configuration: every unknown key, unreadable value and wrong range at once.").WithVerb(app, (context, _) =>
    {
        NodeOptionsLoader.Load(context.Sources());
        context.Say("The configuration is good.");
        return Task.CompletedTask;
    });
}
