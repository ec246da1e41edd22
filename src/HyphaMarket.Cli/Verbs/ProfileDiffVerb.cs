using System.CommandLine;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>profile diff</c>: what two profiles require differently; needs no daemon.</summary>
internal static class ProfileDiffVerb
{
    public static Command Create(CliApp app)
    {
        var left = new Argument<string>("left") { Description = "A profile's name or id, or a file with one." };
        var right = new Argument<string>("right") { Description = "Another." };
        return new Command("diff", "Show in what two profiles differ: any difference in what they require is another market.") { left, right }.WithVerb(app, (context, _) =>
        {
            var profiles = new DirectoryProfiles(context.DataDirectory);
            var (a, b) = (profiles.GetOrRead(context.Value(left)), profiles.GetOrRead(context.Value(right)));
            context.Output.Write(Differences(a, b), Shapes.ProfileDifference);
            context.Say(a.Market == b.Market
                ? "They require the same, so they are one market."
                : $"They are two markets, {Shapes.Short(a.Market)} and {Shapes.Short(b.Market)}: no order of one ever meets an order of the other.");
            return Task.CompletedTask;
        });
    }

    private static List<ProfileDifference> Differences(ProfileView a, ProfileView b)
    {
        var differences = new List<ProfileDifference>();
        if (a.Name != b.Name) differences.Add(new ProfileDifference("name", a.Name, b.Name, Market: false));
        foreach (var (attribute, required) in a.Requirements)
        {
            if (b.Requirements[attribute] is var other && other != required) differences.Add(new ProfileDifference(attribute, required, other, Market: true));
        }

        return differences;
    }
}
