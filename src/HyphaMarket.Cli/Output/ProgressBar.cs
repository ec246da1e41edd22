using System.Globalization;

namespace HyphaMarket.Cli.Output;

/// <summary>How far long work has come, on one line of standard error that is rewritten and in the end wiped out; nothing where that is no terminal.</summary>
internal sealed class ProgressBar(CliConsole console, TimeProvider time) : IDisposable
{
    private const int Width = 32;

    /// <summary>Ten times a second is what eyes can follow.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly long _began = time.GetTimestamp();
    private long? _drawn;
    private int _letters;

    /// <summary>Tells how much is done; from any thread, as often as it likes.</summary>
    public void Report(long done, long all)
    {
        if (!console.ErrorIsTerminal) return;
        lock (_lock)
        {
            if (_drawn is { } last && time.GetElapsedTime(last) < Pause) return;
            _drawn = time.GetTimestamp();
            var share = all <= 0 ? 1 : Math.Clamp((double)done / all, 0, 1);
            var elapsed = time.GetElapsedTime(_began);
            // Before a hundredth is done a guess of the rest would be worth nothing.
            var left = share < 0.01 ? "" : string.Create(CultureInfo.InvariantCulture, $", {elapsed.TotalSeconds * (1 - share) / share:0} s left");
            Draw(string.Create(CultureInfo.InvariantCulture, $"[{new string('#', (int)(share * Width)).PadRight(Width)}] {share * 100:0} %{left}"));
        }
    }

    /// <summary>Wipes the line out.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_letters == 0) return;
            Draw("");
            console.Error.Write('\r');
            console.Error.Flush();
        }
    }

    private void Draw(string line)
    {
        // Blanks over what a longer line left.
        console.Error.Write('\r' + line.PadRight(_letters));
        console.Error.Flush();
        _letters = line.Length;
    }
}
