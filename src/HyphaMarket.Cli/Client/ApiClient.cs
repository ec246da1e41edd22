using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Client;

/// <summary>Speaks with a daemon over its Unix socket. Every failure is a <see cref="CliException"/> with the exit code it stands for.</summary>
internal sealed class ApiClient : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Longer than the daemon's own deadline, so that its answer is heard.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);

    private readonly string _socket;
    private readonly TraceParent _trace = new(Environment.GetEnvironmentVariable("TRACEPARENT"));
    private readonly HttpClient _http;

    public ApiClient(string socket)
    {
        _socket = socket;
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, ConnectTimeout = ConnectTimeout })
        {
            BaseAddress = new Uri("http://hypha-market/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken stop) => AskAsync(HttpMethod.Get, path, null, type, stop);

    public Task<T> DeleteAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken stop) => AskAsync(HttpMethod.Delete, path, null, type, stop);

    public Task<T> PostAsync<TBody, T>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> type, CancellationToken stop) =>
        AskAsync(HttpMethod.Post, path, Content(body, bodyType), type, stop);

    /// <summary>What must hold for readiness. A node that is not ready answers 503 with the same shape.</summary>
    public Task<HealthView> HealthAsync(CancellationToken stop) => AskAsync(HttpMethod.Get, "/readyz?verbose", null, ApiJson.Default.HealthView, stop, HttpStatusCode.ServiceUnavailable);

    /// <summary>A stream of values until the daemon ends it.</summary>
    public IAsyncEnumerable<T> StreamAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken stop) => StreamAsync(HttpMethod.Get, path, null, type, stop);

    /// <summary>A stream that a request body opens.</summary>
    public IAsyncEnumerable<T> PostStreamAsync<TBody, T>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> type, CancellationToken stop) =>
        StreamAsync(HttpMethod.Post, path, Content(body, bodyType), type, stop);

    public void Dispose() => _http.Dispose();

    private async Task<T> AskAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken stop, HttpStatusCode also = HttpStatusCode.OK)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(AnswerTimeout);
        try
        {
            using var response = await SendAsync(method, path, content, HttpCompletionOption.ResponseContentRead, deadline.Token, also);
            await using var body = await response.Content.ReadAsStreamAsync(deadline.Token);
            return await JsonSerializer.DeserializeAsync(body, type, deadline.Token) ?? throw Strange();
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new CliException(ExitCode.TimedOut, "timed-out", $"The daemon did not answer within {AnswerTimeout.TotalSeconds:0} s.", "See its log.");
        }
        catch (JsonException e)
        {
            throw Strange(e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unreachable(e);
        }
    }

    private async IAsyncEnumerable<T> StreamAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken stop)
    {
        using var response = await OpenAsync(method, path, content, stop);
        await using var body = await response.Content.ReadAsStreamAsync(stop);
        using var lines = new StreamReader(body);
        while (await NextLineAsync(lines, stop) is { } line)
        {
            if (line.Length > 0) yield return Parse(line, type);
        }
    }

    private async Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, HttpContent? content, CancellationToken stop)
    {
        try
        {
            return await SendAsync(method, path, content, HttpCompletionOption.ResponseHeadersRead, stop);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unreachable(e);
        }
    }

    private async Task<string?> NextLineAsync(StreamReader lines, CancellationToken stop)
    {
        try
        {
            return await lines.ReadLineAsync(stop);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unreachable(e);
        }
    }

    private static T Parse<T>(string line, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(line, type) ?? throw Strange();
        }
        // Every streamed type has required members, so an error never passes for a value.
        catch (JsonException e)
        {
            // The last line of a stream that failed under way is an error in place of a value.
            var error = TryParseError(line);
            throw error is null ? Strange(e) : new CliException(ExitCode.Error, error);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, HttpCompletionOption completion, CancellationToken stop, HttpStatusCode also = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        request.Headers.Add("traceparent", _trace.Next());
        var response = await _http.SendAsync(request, completion, stop);
        if (response.IsSuccessStatusCode || response.StatusCode == also) return response;
        using (response)
        {
            var error = TryParseError(await response.Content.ReadAsStringAsync(stop))
                ?? new ApiError("unexpected-answer", $"The daemon answered {(int)response.StatusCode} to {method} {path}.", "The program and the daemon may be of different versions.");
            throw new CliException(ExitCodeOf(response.StatusCode), error);
        }
    }

    /// <summary>What a status of the API means to whoever runs the program.</summary>
    internal static ExitCode ExitCodeOf(HttpStatusCode status) => (ApiFailure)(int)status switch
    {
        ApiFailure.BadRequest or ApiFailure.TooLarge or ApiFailure.KeyReused => ExitCode.Usage,
        ApiFailure.Forbidden or ApiFailure.Unauthorized => ExitCode.Permission,
        ApiFailure.NotFound => ExitCode.NotFound,
        ApiFailure.Refused => ExitCode.RefusedByMarket,
        ApiFailure.Unavailable or ApiFailure.TooFast => ExitCode.Unhealthy,
        ApiFailure.TimedOut => ExitCode.TimedOut,
        _ => ExitCode.Error,
    };

    private static ApiError? TryParseError(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ApiJson.Default.ApiError) is { Code: not null, Reason: not null } error ? error with { Hint = error.Hint ?? "" } : null;
        }
        catch (JsonException)
        {
            // Not an answer of ours; the caller says what it knows.
            return null;
        }
    }

    private static ByteArrayContent Content<T>(T body, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private CliException Unreachable(Exception cause)
    {
        var socketError = (cause as SocketException ?? cause.InnerException as SocketException)?.SocketErrorCode;
        return socketError == SocketError.AccessDenied
            ? new CliException(ExitCode.Permission, "socket-permission", $"The daemon's socket {_socket} may not be opened.", "Run this as the user who runs the daemon.", cause)
            : new CliException(ExitCode.DaemonUnreachable, "daemon-unreachable", $"No daemon answers at {_socket}.", "Start one with `hypha-market node run`, or name its directory with --data DIR.", cause);
    }

    private static CliException Strange(Exception? cause = null) =>
        new(ExitCode.Error, "unexpected-answer", "The daemon's answer cannot be read.", "The program and the daemon may be of different versions.", cause);
}
