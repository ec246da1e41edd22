using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HyphaMarket.TransportInterop;

/// <summary>The two commands of Redis that the suites need: a value is left in a list, and taken from it as soon as there is one.</summary>
/// <remarks>Source: the Redis serialization protocol, version 2. One command is under way at a time.</remarks>
internal sealed class RespClient : IAsyncDisposable
{
    /// <summary>A number with its mark, or a short error.</summary>
    private const int MaxLineBytes = 512;

    /// <summary>An address takes a few hundred bytes.</summary>
    private const int MaxBulkBytes = 4 * 1024;

    /// <summary>A runner starts Redis and the peers together, so it may not be there yet.</summary>
    private static readonly TimeSpan s_retryPause = TimeSpan.FromMilliseconds(200);

    private readonly Stream _stream;

    public RespClient(Stream stream) => _stream = new BufferedStream(stream);

    /// <summary>Connects, trying again until the token ends it.</summary>
    public static async Task<RespClient> ConnectAsync(DnsEndPoint address, CancellationToken cancellationToken)
    {
        while (true)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(address, cancellationToken);
                return new RespClient(new NetworkStream(socket, ownsSocket: true));
            }
            catch (SocketException)
            {
                socket.Dispose();
                await Task.Delay(s_retryPause, cancellationToken);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    /// <summary>RPUSH: appends a value to a list.</summary>
    public async Task PushAsync(string key, string value, CancellationToken cancellationToken)
    {
        await SendAsync(["RPUSH", key, value], cancellationToken);
        await ReadCountAsync(':', cancellationToken);
    }

    /// <summary>BLPOP: takes the first value of a list, waiting for one.</summary>
    /// <exception cref="TimeoutException">None came in time.</exception>
    public async Task<string> PopAsync(string key, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var seconds = Math.Max(1, (long)Math.Ceiling(timeout.TotalSeconds));
        await SendAsync(["BLPOP", key, seconds.ToString(CultureInfo.InvariantCulture)], cancellationToken);
        var count = await ReadCountAsync('*', cancellationToken);
        if (count < 0) throw new TimeoutException($"Nobody left a value under {key} within {seconds} s.");
        if (count != 2) throw new InvalidDataException($"Redis answered BLPOP with {count} parts instead of 2.");
        var from = await ReadBulkAsync(cancellationToken);
        // A proxy of the newer suite answers with the name that it rewrote, so the name is not compared.
        _ = from;
        return await ReadBulkAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task SendAsync(string[] command, CancellationToken cancellationToken)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{command.Length}\r\n");
        foreach (var part in command) text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(part)}\r\n{part}\r\n");
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    private async Task<string> ReadBulkAsync(CancellationToken cancellationToken)
    {
        var length = await ReadCountAsync('$', cancellationToken);
        if (length is < 0 or > MaxBulkBytes) throw new InvalidDataException($"Redis sent a value of {length} bytes; {MaxBulkBytes} is the bound.");
        var bytes = new byte[length + 2];
        await _stream.ReadExactlyAsync(bytes, cancellationToken);
        if (bytes[^2] != '\r' || bytes[^1] != '\n') throw new InvalidDataException("Redis sent a value without its end.");
        return Encoding.UTF8.GetString(bytes, 0, (int)length);
    }

    private async Task<long> ReadCountAsync(char kind, CancellationToken cancellationToken)
    {
        var line = await ReadLineAsync(cancellationToken);
        if (line.StartsWith('-')) throw new InvalidDataException($"Redis answered with an error: {line[1..]}");
        return line.StartsWith(kind) && long.TryParse(line.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException("Redis answered with something else than was asked for.");
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new byte[MaxLineBytes];
        for (var length = 0; length < MaxLineBytes; length++)
        {
            await _stream.ReadExactlyAsync(line.AsMemory(length, 1), cancellationToken);
            if (length > 0 && line[length - 1] == '\r' && line[length] == '\n') return Encoding.UTF8.GetString(line, 0, length - 1);
        }
        throw new InvalidDataException($"Redis sent a line of more than {MaxLineBytes} bytes.");
    }
}
