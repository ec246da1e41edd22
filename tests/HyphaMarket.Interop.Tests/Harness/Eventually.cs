using System.Diagnostics;

namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>Waits for states of another process that no event tells of.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks again and again until the answer satisfies; fails with the last answer at the deadline.</summary>
    public static async Task<T> HoldsAsync<T>(string what, Func<Task<T>> ask, Func<T, bool> satisfies)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (satisfies(answer)) return answer;
            if (waited.Elapsed > Deadline) throw new AssertionException($"Not within {Deadline}: {what}. The last answer: {answer}");
            await Task.Delay(Pause);
        }
    }
}
