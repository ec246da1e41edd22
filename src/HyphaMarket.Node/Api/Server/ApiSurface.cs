using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Server;

/// <summary>Maps paths to calls: every call has a deadline, every stream ends with the daemon, every state change may carry a key.</summary>
internal sealed class ApiSurface(WebApplication app, ApiOptions options, TimeProvider time)
{
    private readonly CancellationToken _stopping = app.Lifetime.ApplicationStopping;
    private readonly IdempotencyStore _answers = new(options, time);
    private readonly List<ApiRoute> _routes = [];

    /// <summary>Everything that was mapped.</summary>
    public IReadOnlyList<ApiRoute> Routes => _routes;

    public ApiRoute Get<T>(string path, JsonTypeInfo<T> type, Func<HttpContext, CancellationToken, Task<T>> call, bool isOpen = false)
    {
        app.MapGet(path, Answer(type, call));
        return Added(new ApiRoute("GET", path, type, IsStream: false) { IsOpen = isOpen });
    }

    /// <param name="size">The body may be so many times as large as others.</param>
    public ApiRoute Post<T>(string path, JsonTypeInfo<T> type, Func<HttpContext, CancellationToken, Task<T>> call, int size = 1)
    {
        var answer = AnswerOnce(type, call);
        app.MapPost(path, size == 1 ? answer : context =>
        {
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body) body.MaxRequestBodySize = size * options.RequestBytes;
            return answer(context);
        });
        return Added(new ApiRoute("POST", path, type, IsStream: false));
    }

    public ApiRoute Delete<T>(string path, JsonTypeInfo<T> type, Func<HttpContext, CancellationToken, Task<T>> call)
    {
        app.MapDelete(path, AnswerOnce(type, call));
        return Added(new ApiRoute("DELETE", path, type, IsStream: false));
    }

    /// <param name="cursor">Where a reader of a value goes on from, as server-sent events tell it in their <c>id</c>; null where a stream is no row of events.</param>
    public ApiRoute Stream<T>(string path, JsonTypeInfo<T> type, bool atOnce, Func<HttpContext, CancellationToken, IAsyncEnumerable<T>> call, Func<HttpContext, T, string?>? cursor = null)
    {
        app.MapGet(path, (RequestDelegate)(context => StreamWriter.WriteAsync(context, call(context, context.RequestAborted), type, atOnce, cursor is null ? null : value => cursor(context, value), time, _stopping)));
        return Added(new ApiRoute("GET", path, type, IsStream: true));
    }

    public ApiRoute PostStream<T>(string path, JsonTypeInfo<T> type, Func<HttpContext, CancellationToken, IAsyncEnumerable<T>> call)
    {
        app.MapPost(path, (RequestDelegate)(context =>
        {
            // A stream cannot be given twice; who sends a key would rely on what does not hold.
            if (context.Request.Headers.ContainsKey(IdempotencyStore.Header)) throw new ApiException(ApiFailure.BadRequest, "bad-idempotency-key", "This request opens a stream, which is answered but once.", $"Send it without {IdempotencyStore.Header}.");
            return StreamWriter.WriteAsync(context, call(context, context.RequestAborted), type, atOnce: false, cursor: null, time, _stopping);
        }));
        return Added(new ApiRoute("POST", path, type, IsStream: true));
    }

    /// <summary>An answer that is text.</summary>
    public ApiRoute Text(string path, string media, Func<HttpContext, CancellationToken, Task<string>> call)
    {
        app.MapGet(path, (RequestDelegate)(async context =>
        {
            var text = await WithinTimeAsync(context, call);
            context.Response.ContentType = media;
            await context.Response.WriteAsync(text, Encoding.UTF8, context.RequestAborted);
        }));
        return Added(new ApiRoute("GET", path, null, IsStream: false) { Media = media });
    }

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

    /// <summary>The key that the caller gave its request; null for none.</summary>
    /// <exception cref="ApiException">It has not the form of one.</exception>
    public static string? IdempotencyKey(HttpContext context) =>
        context.Request.Headers.TryGetValue(IdempotencyStore.Header, out var key) ? IdempotencyStore.Check(key.ToString()) : null;

    /// <summary>A whole number of the query.</summary>
    /// <exception cref="ApiException">It is none, or out of range.</exception>
    public static long Number(HttpContext context, string name, long fallback, long least, long most)
    {
        if (Query(context, name) is not { } text) return fallback;
        return long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new ApiException(ApiFailure.BadRequest, "bad-query", $"\"{name}\" is \"{text}\".", $"Give a whole number from {least} to {most}.");
    }

    private ApiRoute Added(ApiRoute route)
    {
        _routes.Add(route);
        return route;
    }

    private RequestDelegate Answer<T>(JsonTypeInfo<T> type, Func<HttpContext, CancellationToken, Task<T>> call) => async context =>
        await context.Response.WriteAsJsonAsync(await WithinTimeAsync(context, call), type, cancellationToken: context.RequestAborted);

    /// <summary>As <see cref="Answer"/>; with a key, the answer of the first request of that key.</summary>
    private RequestDelegate AnswerOnce<T>(JsonTypeInfo<T> type, Func<HttpContext, CancellationToken, Task<T>> call)
    {
        var plain = Answer(type, call);
        return context => IdempotencyKey(context) is { } key ? AnswerByKeyAsync(context, key, type, call) : plain(context);
    }

    private async Task AnswerByKeyAsync<T>(HttpContext context, string key, JsonTypeInfo<T> type, Func<HttpContext, CancellationToken, Task<T>> call)
    {
        using var request = new MemoryStream();
        await request.WriteAsync(Encoding.UTF8.GetBytes($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}\n"), context.RequestAborted);
        var head = (int)request.Length;
        // The server bounds the body by "api.requestBytes".
        await context.Request.Body.CopyToAsync(request, context.RequestAborted);
        var whole = request.ToArray();
        context.Request.Body = new MemoryStream(whole, head, whole.Length - head);
        var (answer, isReplay) = await _answers.RunAsync(key, whole, () => FinalAnswerAsync(context, type, call), context.RequestAborted);
        if (isReplay) context.Response.Headers["Idempotent-Replayed"] = "true";
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    /// <summary>A value, or a refusal that will not change: what may be different at the next attempt is thrown.</summary>
    private async Task<StoredAnswer> FinalAnswerAsync<T>(HttpContext context, JsonTypeInfo<T> type, Func<HttpContext, CancellationToken, Task<T>> call)
    {
        try
        {
            var value = await WithinTimeAsync(context, call);
            return new StoredAnswer(context.Response.StatusCode, JsonSerializer.SerializeToUtf8Bytes(value, type));
        }
        catch (ApiException e) when (e.Failure < ApiFailure.Internal && e.Failure != ApiFailure.TooFast)
        {
            return new StoredAnswer((int)e.Failure, JsonSerializer.SerializeToUtf8Bytes(e.Error, ApiJson.Default.ApiError));
        }
    }

    private async Task<T> WithinTimeAsync<T>(HttpContext context, Func<HttpContext, CancellationToken, Task<T>> call)
    {
        using var deadline = new CancellationTokenSource(options.RequestTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, deadline.Token, _stopping);
        try
        {
            return await call(context, stop.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            throw new TimeoutException($"The request took longer than {DurationText.Format(options.RequestTimeout)}.");
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            throw new ApiException(ApiFailure.Unavailable, "stopping", "The daemon is stopping.");
        }
    }
}
