using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace HyphaMarket.Node.Hardware;

/// <summary>Runs programs of the machine and returns what they printed; with a deadline, because a driver in trouble lets its tools hang.</summary>
/// <param name="deadline">Of one run; null for <see cref="Deadline"/>.</param>
/// <param name="end">Ends a process that is late; null for the kernel's way.</param>
internal sealed class ToolRunner(TimeSpan? deadline = null, Action<Process>? end = null)
{
    /// <summary>nvidia-smi takes up to a few seconds where the driver must be loaded first.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>Sixteen accelerators print a few KiB; more than this is not what was asked for.</summary>
    private const int LargestOutput = 1024 * 1024;

    private readonly TimeSpan _deadline = deadline ?? Deadline;
    private readonly Action<Process> _end = end ?? (process => process.Kill(entireProcessTree: true));
    private readonly StuckTools _stuck = new();

    /// <returns>The output, or null; and a sentence where the tool is there and failed, or null where it is not there or did its work.</returns>
    public async Task<(string? Output, string? Problem)> RunAsync(string tool, string arguments, CancellationToken stop)
    {
        if (_stuck.Has(tool)) return (null, $"{tool} did not answer earlier, and its process cannot be ended: it is asked again when that has gone.");
        var process = new Process { StartInfo = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true } };
        // Tools translate and format by locale; the parsers read the plain form.
        process.StartInfo.Environment["LC_ALL"] = "C";
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            process.Dispose();
            return (null, e.NativeErrorCode == 2 ? null : $"{tool} cannot be run: {e.Message}.");
        }

        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(_deadline);
        try
        {
            var errors = ReadAsync(process.StandardError, limit.Token);
            var output = await ReadAsync(process.StandardOutput, limit.Token);
            await process.WaitForExitAsync(limit.Token);
            if (output is null) return (null, $"{tool} printed more than {LargestOutput} characters.");
            if (process.ExitCode == 0) return (output, null);
            var said = ((await errors ?? "") + output).Trim().Split('\n')[0];
            return (null, $"{tool} ended with {process.ExitCode}: {said}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, $"{tool} did not answer within {_deadline.TotalSeconds:0} s.");
        }
        finally
        {
            Leave(tool, process);
        }
    }

    private void Leave(string tool, Process process)
    {
        if (process.HasExited)
        {
            process.Dispose();
            return;
        }

        try
        {
            _end(process);
        }
        finally
        {
            // It is gone in a moment, or stays for as long as the driver keeps it.
            _stuck.Add(tool, process);
        }
    }

    /// <summary>Null when there is more than the bound.</summary>
    private static async Task<string?> ReadAsync(StreamReader reader, CancellationToken stop)
    {
        var text = new StringBuilder();
        var buffer = new char[4_096];
        for (int read; (read = await reader.ReadAsync(buffer, stop)) > 0;)
        {
            text.Append(buffer, 0, read);
            if (text.Length > LargestOutput) return null;
        }
        return text.ToString();
    }
}
