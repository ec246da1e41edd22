using System.Globalization;

using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli;

/// <summary>Moments as people write them: <c>now</c>, <c>+3h</c>, <c>90s</c> from now, or RFC 3339.</summary>
internal static class TimeText
{
    public static bool TryParse(string text, DateTimeOffset now, out DateTimeOffset moment)
    {
        moment = now;
        var trimmed = text.Trim();
        if (trimmed.Equals("now", StringComparison.OrdinalIgnoreCase)) return true;
        if (DurationText.TryParse(trimmed.TrimStart('+'), out var after))
        {
            moment = now + after;
            return true;
        }
        return DateTimeOffset.TryParse(trimmed, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment);
    }
}
