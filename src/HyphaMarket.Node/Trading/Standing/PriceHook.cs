using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Trading.Standing;

/// <summary>Runs an operator's program that reads what is known as JSON and prints a price.</summary>
internal static class PriceHook
{
    /// <summary>A price with its unit and some spaces; whoever prints more prints something else.</summary>
    private const int LongestOutput = 256;

    /// <summary>Characters of its standard error that are shown; the rest is read and dropped, so that it cannot block.</summary>
    private const int ShownErrors = 200;

    /// <summary>What the program is told: one JSON object.</summary>
    public static byte[] Write(PriceQuestion question)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("profile", question.Profile);
            json.WriteString("market", question.Market);
            json.WriteString("at", question.At);
            json.WriteNumber("units", question.Units);
            json.WriteNumber("freeUnits", question.FreeUnits);
            json.WriteNumber("floorPriceMicros", question.FloorMicros);
            json.WriteNumber("priceMicros", question.PriceMicros);
            if (question.Quote is { } quote)
            {
                json.WriteStartObject("quote");
                Write(json, "bestBidMicros", quote.BestBid?.PriceMicros);
                Write(json, "bestAskMicros", quote.BestAsk?.PriceMicros);
                Write(json, "lastPriceMicros", quote.LastPriceMicros);
                json.WriteEndObject();
            }
            else
            {
                json.WriteNull("quote");
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <returns>The price in micro-credits per minute and unit, or null with a sentence that says why there is none.</returns>
    public static async Task<(long? Micros, string? Problem)> RunAsync(string program, PriceQuestion question, TimeSpan within, CancellationToken stop)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true } };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return (null, $"{program} cannot be run: {e.Message}.");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(within);
        try
        {
            var errors = DrainAsync(process.StandardError, limit.Token);
            await TellAsync(process, Write(question), limit.Token);
            if (await ReadAsync(process.StandardOutput, limit.Token) is not { } output) return (null, $"{program} printed more than {LongestOutput} characters.");
            await process.WaitForExitAsync(limit.Token);
            if (process.ExitCode != 0) return (null, $"{program} ended with {process.ExitCode}: {await errors}");
            return CreditText.TryParse(output.Trim(), out var micros) && micros is > 0 and <= NodeOptionsValidator.HighestPrice
                ? (micros, null)
                : (null, $"{program} printed \"{output.Trim().ReplaceLineEndings(" ")}\", which is no price such as 0.012 or 12000 micros.");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, $"{program} did not end within {DurationText.Format(within)}.");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static async Task TellAsync(Process process, byte[] question, CancellationToken stop)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(question, stop);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended or closed its input without reading: what it printed decides.
        }
    }

    /// <summary>Null where there is more than the bound.</summary>
    private static async Task<string?> ReadAsync(StreamReader reader, CancellationToken stop)
    {
        var buffer = new char[LongestOutput + 1];
        var read = await reader.ReadBlockAsync(buffer, stop);
        return read > LongestOutput ? null : new string(buffer, 0, read);
    }

    private static async Task<string> DrainAsync(StreamReader reader, CancellationToken stop)
    {
        var shown = new StringBuilder();
        var buffer = new char[1_024];
        try
        {
            for (int read; (read = await reader.ReadAsync(buffer, stop)) > 0;) shown.Append(buffer, 0, Math.Min(read, ShownErrors - shown.Length));
        }
        catch (OperationCanceledException)
        {
            // The program is over its time, which is told; what it said until then is enough.
        }

        return shown.ToString().Trim().ReplaceLineEndings(" ");
    }

    private static void Write(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
