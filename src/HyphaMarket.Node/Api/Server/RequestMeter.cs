using System.Globalization;
using Microsoft.AspNetCore.Http;

using HyphaMarket.Node.Telemetry;

namespace HyphaMarket.Node.Api.Server;

/// <summary>Counts and traces every request. Streams are traced to their beginning and not timed: they last as long as their reader wants.</summary>
internal sealed class RequestMeter(RequestDelegate next, NodeMetrics metrics, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        using var span = NodeTraces.Request(context.Request.Method, context.Request.Path, context.Request.Headers.TraceParent, context.Request.Headers.TraceState);
        await next(context);
        var status = context.Response.StatusCode;
        span?.SetTag("http.response.status_code", status);
        if (context.Response.ContentType is StreamWriter.JsonLines or StreamWriter.ServerSentEvents) return;
        metrics.ApiAnswered(MethodOf(context), status.ToString(CultureInfo.InvariantCulture), time.GetElapsedTime(started));
    }

    /// <summary>A method is text of the caller's, and a label of its choosing would make series without end.</summary>
    private static string MethodOf(HttpContext context) => context.Request.Method is "GET" or "POST" or "DELETE" or "HEAD" ? context.Request.Method : "other";
}
