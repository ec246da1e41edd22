using System.CommandLine;
using System.Text;

namespace HyphaMarket.Cli.Reference;

/// <summary>Writes the command line's reference off the tree of commands, so that it cannot tell of other verbs than there are.</summary>
internal static class CommandReference
{
    public static string Write(RootCommand root)
    {
        var text = new StringBuilder("""
            # The command line

            Generated from the program's own tree of commands; a test fails where the two differ (`HYPHAMARKET_UPDATE_PAGES=1` writes it anew).

            Data goes to standard output, talk to standard error. Money is in credits, times are RFC 3339, lengths of time as in `90s` or `1h30m`. A state
            change echoes its effective terms.

            | exit code | meaning |
            |---|---|
            | 0 | ok |
            | 1 | error |
            | 2 | usage |
            | 3 | not found |
            | 4 | daemon unreachable |
            | 5 | permission |
            | 6 | timed out |
            | 7 | refused by the market |
            | 8 | partial |
            | 9 | bad configuration |
            | 10 | unhealthy |
            | 130 | interrupted |

            ## Options of every verb

            """);
        Options(text, root.Options.Where(option => option.Recursive));
        Commands(text, root, "hypha-market");
        return text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    private static void Commands(StringBuilder text, Command command, string path)
    {
        foreach (var child in command.Subcommands.Where(child => !child.Hidden))
        {
            var name = $"{path} {child.Name}";
            if (child.Subcommands.Count > 0)
            {
                text.Append($"\n## {name}\n{child.Description}\n");
                Commands(text, child, name);
                continue;
            }

            var options = child.Options.Where(option => !option.Hidden && !option.Recursive && option.Name != "--help").ToArray();
            var usage = string.Concat(child.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : argument.Arity.MaximumNumberOfValues > 1 ? $" {argument.Name}..." : $" {argument.Name}"));
            text.Append($"\n### {name}\n{child.Description}\n\n```\n{name}{usage}{(options.Length > 0 ? " [options]" : "")}\n```\n");
            if (child.Arguments.Count + options.Length == 0) continue;
            text.Append('\n');
            foreach (var argument in child.Arguments) text.Append($"- `{argument.Name}`: {argument.Description}\n");
            Options(text, options);
        }
    }

    private static void Options(StringBuilder text, IEnumerable<Option> options)
    {
        foreach (var option in options)
        {
            var names = string.Join(", ", option.Aliases.Prepend(option.Name).Select(name => $"`{name}{(option.HelpName is { } value ? " " + value : "")}`"));
            text.Append($"- {names}: {option.Description}{(option.Required ? " Required." : "")}{Default(option)}\n");
        }
    }

    /// <summary>A default that says something: neither nothing nor "no".</summary>
    private static string Default(Option option) => option.HasDefaultValue && option.GetDefaultValue() is { } value and not false && Text(value) is { Length: > 0 } text ? $" Default: {text}." : "";

    private static string Text(object value) => value switch
    {
        string text => text,
        System.Collections.IEnumerable items => string.Join(" ", items.Cast<object>().Select(Text)),
        Enum name => name.ToString().ToLowerInvariant(),
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "",
    };
}
