using HyphaMarket.Bench.Reporting;

namespace HyphaMarket.Bench.Ingest;

/// <summary>The offer pipeline, part by part and whole, each beside what it is to be judged by in the same run.</summary>
public static class IngestBench
{
    /// <summary>The yardsticks' names in the report.</summary>
    public const string Channel = "Channel", Lock = "lock", InLoop = "checked in the loop", VerifyLoop = "verify loop", Single = "single";

    /// <exception cref="OperationCanceledException">Stopped between two samples.</exception>
    /// <exception cref="Peers.BenchException">The daemon could not be started or refused.</exception>
    public static BenchReport Run(IngestBenchOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        using var signed = new SignedPath(Math.Max(1, 4 / options.Divisor), Math.Max(1, 64 / options.Divisor));
        using var certificates = new CertificatePath(Math.Max(1, 50 / options.Divisor));
        var report = LocalBench.Run([.. Rings(options), .. Unsigned(options), .. Signed(signed), Certificate(certificates), .. Daemon(options, signed)], options.WarmUp, options.Rounds, options.Only, options.Progress, stop);
        return options.Daemon is null ? report with { NotMeasured = [.. report.NotMeasured, "a daemon over loopback: there is no program to start one."] } : report;
    }

    private static IEnumerable<LocalMeasure> Rings(IngestBenchOptions options)
    {
        foreach (var producers in new[] { 1, 2 })
        {
            var rings = new RingPath(producers, 20_000_000 / options.Divisor);
            var slow = new RingPath(producers, 2_000_000 / options.Divisor);
            yield return Of($"ring, {producers} producer{(producers > 1 ? "s" : "")}", "million/s", [new(null, true, 25), new(Channel, true, 5)], rings.Rings, (Channel, slow.Channel));
        }

        var (quote, locked) = (new PublishedQuote(20_000_000 / options.Divisor), new PublishedQuote(2_000_000 / options.Divisor));
        yield return Of("quote while written at 1 million/s", "ns", [new(null, false, 2)], quote.Nanoseconds, (Lock, locked.LockedNanoseconds));
        yield return Of("publish while the loop is stuck for 200 ms, 99.9th percentile", "us", [new(null, false, 1)], new StalledLoop(options.Divisor).PublishMicroseconds);
    }

    private static IEnumerable<LocalMeasure> Unsigned(IngestBenchOptions options)
    {
        var (path, slow) = (new UnsignedPath(10_000_000 / options.Divisor), new UnsignedPath(2_000_000 / options.Divisor));
        yield return Of("unsigned offers, ring to book on two cores", "million/s", [new(null, true, 10)], path.Rate, (Channel, slow.ChannelRate));
        yield return Of("allocated for an unsigned offer", "B", [new(null, false, 0.1)], path.Bytes);
    }

    private static IEnumerable<LocalMeasure> Signed(SignedPath path)
    {
        var cores = Environment.ProcessorCount;
        yield return Of($"signed single offers, bytes to book on {cores} cores", "1,000/s", [new(VerifyLoop, true, 0.9)], () => path.Thousands(64, false, false), (VerifyLoop, () => path.VerifyThousands(cores)));
        yield return Of("the same with signed receipts", "1,000/s", [], () => path.Thousands(64, false, true), (VerifyLoop, () => path.VerifyThousands(cores)));
        yield return Of("bundles of 64 that come whole", "1,000/s", [new(Single, true, 10)], () => path.Thousands(64, true, false), (Single, () => path.Thousands(64, false, false)));
        yield return Of("bundles of 1,024 that come whole", "1,000/s", [new(Single, true, 30)], () => path.Thousands(1_024, true, false), (Single, () => path.Thousands(64, false, false)));
        foreach (var (what, size, isBundled, wanted) in new[] { ("signed single offers", 64, false, 0.9), ("bundles of 64", 64, true, 10), ("bundles of 1,024", 1_024, true, 30) })
        {
            (string Name, Func<double> Take) plain = isBundled ? (Single, () => path.Thousands(64, false, false, isUsed: true)) : (VerifyLoop, () => path.VerifyThousands(cores));
            yield return Of($"{what}, into a store that was full before", "1,000/s", [new(plain.Name, true, wanted)], () => path.Thousands(size, isBundled, false, isUsed: true), plain);
        }

        yield return Of("the same with signed receipts, bundles of 1,024", "1,000/s", [], () => path.Thousands(1_024, true, true), (Single, () => path.Thousands(64, false, true)));
    }

    private static LocalMeasure Certificate(CertificatePath path) =>
        Of($"the loop's time for a certificate of {path.Votes} votes", "us", [], () => path.Microseconds(isCheckedBefore: true), (InLoop, () => path.Microseconds(isCheckedBefore: false)));

    private static IEnumerable<LocalMeasure> Daemon(IngestBenchOptions options, SignedPath path)
    {
        if (options.Daemon is null) yield break;
        var daemon = new DaemonPath(options.Daemon, options.Divisor);
        yield return Of("signed single offers through a daemon over loopback", "1,000/s", [new(VerifyLoop, true, 0.6)], daemon.Thousands, (VerifyLoop, () => path.VerifyThousands(1)));
    }

    private static LocalMeasure Of(string name, string unit, IReadOnlyList<Target> targets, Func<double> ours, (string Name, Func<double> Take)? plain = null)
    {
        var takes = new Dictionary<string, Func<double>> { [LocalBench.Ours] = ours };
        if (plain is { } other) takes.Add(other.Name, other.Take);
        return new LocalMeasure(name, unit, takes, targets);
    }
}
