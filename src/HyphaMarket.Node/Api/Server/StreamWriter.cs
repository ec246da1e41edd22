using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api.Server;

/// <summary>Writes a stream of values: JSON lines, or server-sent events to whoever asks for them.</summary>
/// <remarks>An idle stream carries an empty line (or comment) every few seconds, so that either side notices when the other is gone.</remarks>
internal static class StreamWriter
{
    public const string JsonLines = "application/jsonl";
    public const string ServerSentEvents = "text/event-stream";

    /// <summary>Short enough for a watcher to notice a dead daemon soon, long enough to cost nothing.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    /// <param name="atOnce">Whether the answer begins before the first value; otherwise a failure before it is a plain error.</param>
    /// <param name="cursor">The <c>id</c> that a reader of server-sent events shows as Last-Event-ID to go on after a value.</param>
    public static async Task WriteAsync<T>(HttpContext context, IAsyncEnumerable<T> values, JsonTypeInfo<T> type, bool atOnce, Func<T, string?>? cursor, TimeProvider time, CancellationToken ended)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var sse = context.Request.Headers.Accept.ToString().Contains(ServerSentEvents, StringComparison.OrdinalIgnoreCase);
        context.Response.ContentType = sse ? ServerSentEvents : JsonLines;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ended);
        try
        {
            if (atOnce) await context.Response.Body.FlushAsync(stop.Token);
            await using var enumerator = values.GetAsyncEnumerator(stop.Token);
            while (true)
            {
                var next = enumerator.MoveNextAsync().AsTask();
                try
                {
                    while (!next.IsCompleted && await TimedOutAsync(next, time, stop.Token)) await WriteLineAsync(context, sse ? ":\n\n"u8.ToArray() : "\n"u8.ToArray(), stop.Token);
                }
                catch
                {
                    // An iterator throws when it is disposed of while it runs: it is told to stop, and has stopped before we leave.
                    await stop.CancelAsync();
                    await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    throw;
                }

                if (!await next) return;
                var json = JsonSerializer.SerializeToUtf8Bytes(enumerator.Current, type);
                await WriteLineAsync(context, sse ? [.. Id(cursor?.Invoke(enumerator.Current)), .. "data: "u8, .. json, .. "\n\n"u8] : [.. json, (byte)'\n'], stop.Token);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            // The daemon stops: the stream ends as if it had no more to say, and the watcher sees its end.
        }
    }

    /// <summary>Tells the reader of a stream under way why it ends.</summary>
    public static async Task EndWithErrorAsync(HttpContext context, ApiError error)
    {
        if (context.RequestAborted.IsCancellationRequested) return;
        var json = JsonSerializer.SerializeToUtf8Bytes(error, ApiJson.Default.ApiError);
        var sse = context.Response.ContentType == ServerSentEvents;
        await WriteLineAsync(context, sse ? [.. "event: error\ndata: "u8, .. json, .. "\n\n"u8] : [.. json, (byte)'\n'], context.RequestAborted);
    }

    private static async Task<bool> TimedOutAsync(Task task, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(Heartbeat, time, cancellationToken);
            return false;
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            return true;
        }
    }

    private static byte[] Id(string? cursor) => cursor is null ? [] : System.Text.Encoding.ASCII.GetBytes($"id: {cursor}\n");

    private static async Task WriteLineAsync(HttpContext context, byte[] line, CancellationToken cancellationToken)
    {
        await context.Response.Body.WriteAsync(line, cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
    }
}
