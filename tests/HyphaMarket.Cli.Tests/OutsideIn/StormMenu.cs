namespace HyphaMarket.Cli.Tests.OutsideIn;

/// <summary>One accident after the other to one kind of nodes, at most one of them disturbed at a time, drawn from a seed.</summary>
internal sealed class StormMenu(StormNetwork storm, Random random, IReadOnlyList<string> victims)
{
    /// <summary>Further than the clock bound of any test's slots, and than the network's slot window.</summary>
    private const int MostSkewSeconds = 20;

    /// <summary>What happened so far, by kind.</summary>
    public SortedDictionary<string, int> Happened { get; } = new(StringComparer.Ordinal);

    /// <summary>Goes on until told to end; ends with everything mended.</summary>
    /// <param name="stop">Ends the storm.</param>
    /// <param name="bound">Bounds a hang.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken bound)
    {
        while (!stop.IsCancellationRequested)
        {
            var victim = victims[random.Next(victims.Count)];
            await StrikeAsync(victim, TimeSpan.FromMilliseconds(random.Next(1_000, 20_000)), stop, bound);
            await PauseAsync(TimeSpan.FromMilliseconds(random.Next(500, 8_000)), stop, bound);
        }
    }

    private async Task StrikeAsync(string victim, TimeSpan lasting, CancellationToken stop, CancellationToken bound)
    {
        switch (random.Next(6))
        {
            case 0:
                Tell($"{victim} is killed", "killed", lasting);
                storm.Kill(victim);
                await PauseAsync(lasting, stop, bound);
                await storm.RestartAsync(victim, bound);
                break;
            case 1:
                Tell($"{victim} is frozen", "frozen", lasting);
                storm.Freeze(victim);
                await PauseAsync(lasting, stop, bound);
                storm.Thaw(victim);
                break;
            case 2:
                var ahead = TimeSpan.FromMilliseconds(random.Next(-MostSkewSeconds * 1000, MostSkewSeconds * 1000));
                Tell($"{victim}'s clock is {ahead.TotalSeconds:0.0} s ahead", "wrong clock", lasting);
                storm.ShiftClock(victim, ahead);
                await PauseAsync(lasting, stop, bound);
                storm.ShiftClock(victim, TimeSpan.Zero);
                break;
            case 3:
                Tell($"{victim} is cut off", "cut off", lasting);
                await LoseAsync(victim, 100, 100, lasting, stop, bound);
                break;
            case 4:
                var hears = random.Next(2) == 0;
                Tell($"{victim} {(hears ? "is not heard" : "hears nothing")}", "cut one way", lasting);
                await LoseAsync(victim, hears ? 0 : 100, hears ? 100 : 0, lasting, stop, bound);
                break;
            default:
                var percent = random.Next(5, 31);
                Tell($"{victim}'s links lose {percent} %", "lossy", lasting);
                await LoseAsync(victim, percent, percent, lasting, stop, bound);
                break;
        }
    }

    private async Task LoseAsync(string victim, int incoming, int outgoing, TimeSpan lasting, CancellationToken stop, CancellationToken bound)
    {
        storm.Lose(victim, incoming, outgoing);
        await PauseAsync(lasting, stop, bound);
        storm.MendLinks(victim);
    }

    /// <summary>Waits, and no longer than until the storm is to end.</summary>
    private static async Task PauseAsync(TimeSpan time, CancellationToken stop, CancellationToken bound)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, bound);
        await Task.Delay(time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        bound.ThrowIfCancellationRequested();
    }

    private void Tell(string what, string kind, TimeSpan lasting)
    {
        Happened[kind] = Happened.GetValueOrDefault(kind) + 1;
        TestContext.Progress.WriteLine($"{DateTimeOffset.UtcNow:HH:mm:ss} {what} for {lasting.TotalSeconds:0.0} s");
    }
}
