using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using HyphaMarket.Tests.Shared.Namespaces;

namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>The child process of one js peer: JSON lines out to it, answers and events back, killed by its own id at the end.</summary>
internal sealed class JsProcess : IAsyncDisposable
{
    /// <summary>Enough for what a node prints before it fails; the rest of a flood says nothing new.</summary>
    private const int KeptErrorCharacters = 16 * 1024;

    /// <summary>A test that gets more events than this has a loop somewhere, and should say so instead of eating the memory.</summary>
    private const int MaximumEvents = 100_000;

    private static readonly TimeSpan ExitDeadline = TimeSpan.FromSeconds(3);

    private readonly Process _process;
    private readonly bool _belongsToNamespace;
    private readonly Task _reading;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _pending = new();
    private readonly StringBuilder _errors = new();
    private readonly Lock _eventsLock = new();
    private readonly List<JsonElement> _events = [];
    private TaskCompletionSource _eventArrived = NewSignal();
    private Exception? _ended;
    private long _lastId;

    private JsProcess(Process process, bool belongsToNamespace)
    {
        _process = process;
        _belongsToNamespace = belongsToNamespace;
        _process.ErrorDataReceived += (_, line) => KeepError(line.Data);
        _process.BeginErrorReadLine();
        _reading = ReadLinesAsync();
    }

    /// <summary>The process did not end by itself when its input closed.</summary>
    public bool Killed { get; private set; }

    /// <param name="script">A file of js/ that speaks as js/lines.mjs says.</param>
    /// <param name="network">Where it runs; null for this machine's own network.</param>
    public static JsProcess Start(string script = "peer.mjs", NetworkNamespace? network = null)
    {
        var start = new ProcessStartInfo("node", [script])
        {
            WorkingDirectory = JsToolchain.PeersDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new JsProcess(network?.Start(start) ?? Process.Start(start)!, belongsToNamespace: network is not null);
    }

    /// <summary>Sends one command and waits for its answer.</summary>
    /// <exception cref="JsPeerException">The peer answered with an error, gave no answer in time, or died.</exception>
    public async Task<JsonElement> CallAsync(string command, object? arguments, TimeSpan deadline)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answered = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = answered;
        if (Volatile.Read(ref _ended) is { } ended) throw Failure(command, "the process has ended", ended);
        var line = JsonSerializer.Serialize(new { id, command, arguments = arguments ?? new { } });
        try
        {
            await WriteLineAsync(line);
            var answer = await answered.Task.WaitAsync(deadline);
            if (answer.GetProperty("ok").GetBoolean()) return answer.GetProperty("result");
            var error = answer.GetProperty("error");
            throw Failure(command, $"{error.GetProperty("name").GetString()}: {error.GetProperty("message").GetString()}");
        }
        catch (TimeoutException timeout)
        {
            throw Failure(command, $"no answer within {deadline}", timeout);
        }
        catch (IOException broken)
        {
            throw Failure(command, "its input is closed", broken);
        }
        finally
        {
            _pending.TryRemove(id, out _);
        }
    }

    /// <summary>The events of a kind so far, in order.</summary>
    public IReadOnlyList<JsonElement> Events(string kind)
    {
        lock (_eventsLock) return [.. _events.Where(item => item.GetProperty("event").GetString() == kind)];
    }

    /// <summary>Waits until the events of a kind (those of the past included) satisfy a condition, and returns them.</summary>
    public async Task<IReadOnlyList<JsonElement>> WaitForEventsAsync(
        string kind, Func<IReadOnlyList<JsonElement>, bool> condition, string what, TimeSpan deadline)
    {
        using var timeout = new CancellationTokenSource(deadline);
        while (true)
        {
            Task arrived;
            lock (_eventsLock) arrived = _eventArrived.Task;
            var events = Events(kind);
            if (condition(events)) return events;
            if (Volatile.Read(ref _ended) is { } ended) throw Failure(what, "the process has ended", ended);
            try
            {
                await arrived.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException cancelled)
            {
                throw Failure(what, $"not seen within {deadline}; {events.Count} '{kind}' events came", cancelled);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            using var timeout = new CancellationTokenSource(ExitDeadline);
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (Exception stuck) when (stuck is OperationCanceledException or IOException)
        {
            Killed = true;
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        await _reading;
        // A namespace looks after what runs in it once more when it goes.
        if (!_belongsToNamespace) _process.Dispose();
        _writing.Dispose();
    }

    private async Task WriteLineAsync(string line)
    {
        await _writing.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(line);
            await _process.StandardInput.FlushAsync();
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadLinesAsync()
    {
        try
        {
            while (await _process.StandardOutput.ReadLineAsync() is { } line) OnLine(line);
            End(new EndOfStreamException("The js peer closed its output."));
        }
        catch (Exception failure) when (failure is IOException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            End(failure);
        }
    }

    private void OnLine(string line)
    {
        using var document = JsonDocument.Parse(line);
        var message = document.RootElement.Clone();
        if (message.TryGetProperty("id", out var id))
        {
            if (_pending.TryGetValue(id.GetInt64(), out var answered)) answered.TrySetResult(message);
            return;
        }
        TaskCompletionSource arrived;
        lock (_eventsLock)
        {
            if (_events.Count == MaximumEvents) throw new InvalidOperationException($"More than {MaximumEvents} events.");
            _events.Add(message);
            arrived = _eventArrived;
            _eventArrived = NewSignal();
        }
        arrived.SetResult();
    }

    private void End(Exception reason)
    {
        Volatile.Write(ref _ended, reason);
        foreach (var answered in _pending.Values) answered.TrySetException(new IOException("The js peer ended.", reason));
        lock (_eventsLock) _eventArrived.TrySetResult();
    }

    private void KeepError(string? line)
    {
        if (line is null) return;
        lock (_errors)
        {
            if (_errors.Length < KeptErrorCharacters) _errors.AppendLine(line);
        }
    }

    private JsPeerException Failure(string what, string reason, Exception? inner = null)
    {
        string errors;
        lock (_errors) errors = _errors.Length == 0 ? "It wrote no errors." : $"It wrote:\n{_errors}";
        var message = $"js peer (process {_process.Id}), {what}: {reason}. {errors}";
        return inner is null ? new JsPeerException(message) : new JsPeerException(message, inner);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
