using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Server;

/// <summary>Maps paths to calls: every call has a deadline, every stream ends with the daemon.</summary>
internal sealed class ApiSurface(WebApplication app, ApiOptions options, TimeProvider time)
{
    private readonly CancellationToken _stopping = app.Lifetime.ApplicationStopping;

    public void Get<T>(string path, JsonTypeInfo<T> type, Func<HttpContext, CancellationToken, Task<T>> call) => app.MapGet(path, Answer(type, call));

    public void Post<T>(string path, JsonTypeInfo<T> type, Func<HttpContext, CancellationToken, Task<T>> call) => app.MapPost(path, Answer(type, call));

    public void Delete<T>(string path, JsonTypeInfo<T> type, Func<HttpContext, CancellationToken, Task<T>> call) => app.MapDelete(path, Answer(type, call));

    public void Stream<T>(string path, JsonTypeInfo<T> type, bool atOnce, Func<HttpContext, CancellationToken, IAsyncEnumerable<T>> call) =>
        app.MapGet(path, (RequestDelegate)(context => StreamWriter.WriteAsync(context, call(context, context.RequestAborted), type, atOnce, time, _stopping)));

    public void PostStream<T>(string path, JsonTypeInfo<T> type, Func<HttpContext, CancellationToken, IAsyncEnumerable<T>> call) =>
        app.MapPost(path, (RequestDelegate)(context => StreamWriter.WriteAsync(context, call(context, context.RequestAborted), type, atOnce: false, time, _stopping)));

    /// <summary>A part of the daemon, or the reason why this node lacks it.</summary>
    /// <exception cref="ApiException">Unavailable.</exception>
    public static T Service<T>(HttpContext context) where T : class =>
        context.RequestServices.GetService<T>() ?? throw new ApiException(ApiFailure.Unavailable, "not-running", "This daemon does not run that part.", "See `hypha-market node status` for its roles.");

    /// <summary>Reads a request's body.</summary>
    /// <exception cref="JsonException">It is no JSON, has an unknown member or lacks a required one.</exception>
    public static async Task<T> BodyAsync<T>(HttpContext context, JsonTypeInfo<T> type, CancellationToken cancellationToken) where T : class =>
        await JsonSerializer.DeserializeAsync(context.Request.Body, type, cancellationToken) ?? throw new JsonException("The body is null.");

    public static string Route(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;

    public static string? Query(HttpContext context, string name) => context.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>A whole number of the query.</summary>
    /// <exception cref="ApiException">It is none, or out of range.</exception>
    public static long Number(HttpContext context, string name, long fallback, long least, long most)
    {
        if (Query(context, name) is not { } text) return fallback;
        return long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new ApiException(ApiFailure.BadRequest, "bad-query", $"\"{name}\" is \"{text}\".", $"Give a whole number from {least} to {most}.");
    }

    private RequestDelegate Answer<T>(JsonTypeInfo<T> type, Func<HttpContext, CancellationToken, Task<T>> call) => async context =>
    {
        using var deadline = new CancellationTokenSource(options.RequestTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, deadline.Token, _stopping);
        T value;
        try
        {
            value = await call(context, stop.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            throw new TimeoutException($"The request took longer than {DurationText.Format(options.RequestTimeout)}.");
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            throw new ApiException(ApiFailure.Unavailable, "stopping", "The daemon is stopping.");
        }
        await context.Response.WriteAsJsonAsync(value, type, cancellationToken: context.RequestAborted);
    };
}
