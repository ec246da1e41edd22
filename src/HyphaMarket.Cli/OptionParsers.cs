using System.CommandLine;
using System.CommandLine.Parsing;

using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli;

/// <summary>Options whose values people write in words; a wrong one is a usage error with an example.</summary>
internal static class OptionParsers
{
    public static Option<long?> Money(string name, string description) => new(name)
    {
        Description = description, HelpName = "CREDITS",
        CustomParser = result => Parse<long?>(result, text => CreditText.TryParse(text, out var micros) ? micros : null, "an amount such as 0.012 (credits a minute) or \"12000 micros\""),
    };

    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description, HelpName = "TIME",
        CustomParser = result => Parse<TimeSpan?>(result, text => DurationText.TryParse(text, out var duration) ? duration : null, "a length of time such as 90s, 5m or 1h30m"),
    };

    /// <summary>The option, which takes these values only.</summary>
    public static Option<T> OneOf<T>(this Option<T> option, params string[] values)
    {
        option.AcceptOnlyFromAmong(values);
        return option;
    }

    /// <summary>The argument, which takes these values only.</summary>
    public static Argument<T> OneOf<T>(this Argument<T> argument, params string[] values)
    {
        argument.AcceptOnlyFromAmong(values);
        return argument;
    }

    private static T? Parse<T>(ArgumentResult result, Func<string, T?> parse, string wanted)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        if (parse(text) is { } value) return value;
        result.AddError($"\"{text}\" is not {wanted}.");
        return default;
    }
}
