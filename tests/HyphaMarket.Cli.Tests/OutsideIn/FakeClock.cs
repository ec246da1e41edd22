using System.Globalization;

namespace HyphaMarket.Cli.Tests.OutsideIn;

/// <summary>The wall clock of one process, by libfaketime: it shows what the file says, while timers run as ever.</summary>
internal sealed class FakeClock
{
    private static readonly string? s_library = Directory.Exists("/usr/lib")
        ? Directory.EnumerateFiles("/usr/lib", "libfaketimeMT.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true }).FirstOrDefault()
        : null;

    private readonly string _file;

    /// <param name="file">Made here; it holds how far the clock is ahead.</param>
    public FakeClock(string file)
    {
        _file = file;
        Set(TimeSpan.Zero);
    }

    /// <summary>Makes the running test Ignored where the library is missing.</summary>
    public static void Require()
    {
        if (s_library is null) Assert.Ignore("Needs libfaketime (Debian's package faketime), which tests/install-tools.sh installs where it may.");
    }

    /// <summary>The command that a program is started by to have this clock.</summary>
    public IReadOnlyList<string> Within =>
    [
        "env", $"LD_PRELOAD={s_library}", $"FAKETIME_TIMESTAMP_FILE={_file}", "FAKETIME_CACHE_DURATION=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
        // With the fix, which is for older C libraries, each timed wait of the runtime returns at once and its timer threads spin.
        "FAKETIME_FORCE_MONOTONIC_FIX=0",
    ];

    /// <summary>Sets how far the clock is ahead; the process sees it within a second.</summary>
    public void Set(TimeSpan ahead)
    {
        // By a rename, so that the process never reads half of it.
        var next = _file + ".next";
        File.WriteAllText(next, string.Create(CultureInfo.InvariantCulture, $"{(ahead < TimeSpan.Zero ? "-" : "+")}{Math.Abs(ahead.TotalSeconds):0.###}\n"));
        File.Move(next, _file, overwrite: true);
    }
}
