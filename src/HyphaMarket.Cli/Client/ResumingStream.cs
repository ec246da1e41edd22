using System.Runtime.CompilerServices;

using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Client;

/// <summary>A stream of the daemon that goes on where it was lost, as when the daemon was restarted: with pauses that grow, and not for ever.</summary>
/// <param name="open">Opens it anew.</param>
/// <param name="position">Where a value stands: what comes again and is not beyond the last one seen is left out.</param>
internal sealed class ResumingStream<T>(Func<IAsyncEnumerable<T>> open, Func<T, long> position, ResumeOptions options, TimeProvider time)
{
    /// <summary>Told once a loss, with what happened.</summary>
    public Action<CliException> OnLost { get; init; } = _ => { };

    /// <summary>Told when the first value after a loss is there.</summary>
    public Action OnBack { get; init; } = () => { };

    /// <summary>The values until the caller ends. What cannot be opened at all is a failure at once; only what was there can be lost.</summary>
    /// <exception cref="CliException">It never began, it failed for good, or it did not come back in time.</exception>
    public async IAsyncEnumerable<T> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        options.Validate();
        long? seen = null;
        long? lostAt = null;
        var pause = options.First;
        var isAgain = false;
        while (true)
        {
            CliException? failure;
            await using (var values = open().GetAsyncEnumerator(stop))
            {
                while ((failure = await NextAsync(values)) is null)
                {
                    if (lostAt is not null) OnBack();
                    (lostAt, pause) = (null, options.First);
                    if (isAgain && position(values.Current) <= seen) continue;
                    seen = position(values.Current);
                    yield return values.Current;
                }
            }

            if (seen is null || !failure.IsPassing()) throw failure;
            isAgain = true;
            if (lostAt is null)
            {
                lostAt = time.GetTimestamp();
                OnLost(failure);
            }

            var left = options.GiveUpAfter - time.GetElapsedTime(lostAt.Value);
            if (left <= TimeSpan.Zero) throw GaveUp(failure);
            await Task.Delay(pause < left ? pause : left, time, stop);
            pause = 2 * pause < options.Longest ? 2 * pause : options.Longest;
        }
    }

    /// <summary>Null where there is a next value. A daemon that stops ends its streams as if they had no more to say.</summary>
    private static async Task<CliException?> NextAsync(IAsyncEnumerator<T> values)
    {
        try
        {
            return await values.MoveNextAsync() ? null : new CliException(ExitCode.DaemonUnreachable, "stream-ended", "The daemon ended the stream.");
        }
        catch (CliException e)
        {
            return e;
        }
    }

    private CliException GaveUp(CliException last)
    {
        var code = last.ExitCode == ExitCode.Error ? ExitCode.TimedOut : last.ExitCode;
        return new CliException(
            code, "stream-lost", $"The stream was lost and did not come back within {DurationText.Format(options.GiveUpAfter)}: {last.Error.Reason}",
            last.Error.Hint.Length > 0 ? last.Error.Hint : "See whether the daemon runs: `hypha-market node status`.", last);
    }
}
