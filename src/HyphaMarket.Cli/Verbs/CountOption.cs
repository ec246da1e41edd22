using System.CommandLine;

namespace HyphaMarket.Cli.Verbs;

/// <summary>Options that take a whole number from 1.</summary>
internal static class CountOption
{
    /// <param name="usual">The default.</param>
    public static Option<int> Positive(string name, string description, int usual)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1) result.AddError($"{name} must be at least 1.");
        });
        return option;
    }
}
