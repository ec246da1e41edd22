using System.Globalization;

namespace HyphaMarket.Node.Configuration;

/// <summary>A stretch of every day, UTC, as in <c>22:00-06:00</c>: from the first time up to the second, past midnight where that is earlier.</summary>
/// <param name="From">Minutes after midnight, 0 to 1,439.</param>
/// <param name="Minutes">Its length, 1 to 1,440.</param>
public readonly record struct DailyHours(int From, int Minutes)
{
    private const int Day = 24 * 60;

    /// <summary>Reads <c>HH:MM-HH:MM</c>; <c>24:00</c> ends a day. Two equal times are the whole day.</summary>
    public static bool TryParse(string? text, out DailyHours hours)
    {
        hours = default;
        var parts = (text ?? "").Split('-');
        if (parts.Length != 2 || !TryRead(parts[0], out var from) || !TryRead(parts[1], out var until) || from == Day) return false;
        var minutes = ((until - from) % Day + Day) % Day;
        hours = new DailyHours(from, minutes == 0 ? Day : minutes);
        return true;
    }

    /// <summary>How long it still lasts at that moment; null outside of it.</summary>
    public TimeSpan? LeftAt(DateTimeOffset now)
    {
        var since = now.UtcDateTime.TimeOfDay - TimeSpan.FromMinutes(From);
        if (since < TimeSpan.Zero) since += TimeSpan.FromDays(1);
        var left = TimeSpan.FromMinutes(Minutes) - since;
        return left > TimeSpan.Zero ? left : null;
    }

    private static bool TryRead(string text, out int minutes)
    {
        minutes = 0;
        var parts = text.Trim().Split(':');
        if (parts.Length != 2 || parts[1].Length != 2) return false;
        if (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var hour) || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minute)) return false;
        minutes = (hour * 60) + minute;
        return minute < 60 && minutes <= Day;
    }
}
