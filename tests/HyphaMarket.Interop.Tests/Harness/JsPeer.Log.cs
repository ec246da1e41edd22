namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>The events of js/capabilities/log.mjs.</summary>
public sealed partial class JsPeer
{
    /// <summary>What the parts of the node that were asked for have written into their logs, in order.</summary>
    public IReadOnlyList<string> Log => [.. _process.Events("log").Select(item => Text(item, "text"))];

    /// <summary>Waits until a line with these words has been written, and returns it.</summary>
    public async Task<string> WaitForLogAsync(string words)
    {
        var events = await _process.WaitForEventsAsync("log", all => all.Any(item => Text(item, "text").Contains(words, StringComparison.Ordinal)), $"waiting for the log to say '{words}'", EventDeadline);
        return events.Select(item => Text(item, "text")).First(text => text.Contains(words, StringComparison.Ordinal));
    }
}
