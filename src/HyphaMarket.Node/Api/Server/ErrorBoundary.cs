using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using System.Text.Json;

using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api.Server;

/// <summary>Turns every failure into the one error shape, and lets no exception out.</summary>
internal sealed partial class ErrorBoundary(RequestDelegate next, IHostApplicationLifetime lifetime, ILogger<ErrorBoundary> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            // Routing answers without a body where no path or no method fits.
            if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed, ContentType: null })
            {
                var status = context.Response.StatusCode;
                await WriteAsync(context, status, status == StatusCodes.Status404NotFound
                    ? new ApiError("no-such-resource", $"There is nothing at {context.Request.Path}.", "The program and the daemon may be of different versions.")
                    : new ApiError("method-not-allowed", $"{context.Request.Method} makes no sense at {context.Request.Path}.", ""));
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone: nobody reads an answer.
        }
        catch (Exception e)
        {
            var (status, error) = Explain(e);
            if (status >= StatusCodes.Status500InternalServerError && e is not ApiException) LogFailed(log, context.Request.Method, context.Request.Path, e);
            if (context.Response.HasStarted) await StreamWriter.EndWithErrorAsync(context, error);
            else await WriteAsync(context, status, error, (e as ApiException)?.RetryAfter);
        }
    }

    private (int Status, ApiError Error) Explain(Exception e) => e switch
    {
        ApiException api => ((int)api.Failure, api.Error),
        // What a request needs is taken away while the daemon stops: the request is fine, and so may be the next daemon.
        OperationCanceledException or ObjectDisposedException when lifetime.ApplicationStopping.IsCancellationRequested => ((int)ApiFailure.Unavailable, new ApiError("stopping", "The daemon is stopping.", "")),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ((int)ApiFailure.TooLarge, new ApiError("request-too-large", "The request is larger than the daemon takes.", "See \"api.requestBytes\".")),
        BadHttpRequestException bad => (bad.StatusCode, new ApiError("bad-request", bad.Message, "")),
        JsonException json => ((int)ApiFailure.BadRequest, new ApiError("bad-json", json.Message, "")),
        TimeoutException => ((int)ApiFailure.TimedOut, new ApiError("timed-out", e.Message, "The node may be cut off from its brokers; see `hypha-market node status`.")),
        Storage.JournalFailedException => ((int)ApiFailure.Unavailable, new ApiError("journal-failed", e.Message, "")),
        _ => ((int)ApiFailure.Internal, new ApiError("internal", "The daemon failed at this request.", "Its log says more.")),
    };

    private static async Task WriteAsync(HttpContext context, int status, ApiError error, TimeSpan? retryAfter = null)
    {
        context.Response.Clear();
        if (status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer realm=\"hypha-market\"";
        // Whole seconds is all that the header has; a fraction rounded down would be too early.
        if (retryAfter is { } wait) context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(error, ApiJson.Default.ApiError, cancellationToken: context.RequestAborted);
    }
}
