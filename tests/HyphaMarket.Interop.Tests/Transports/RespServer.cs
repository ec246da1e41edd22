using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using System.Collections.Concurrent;

namespace HyphaMarket.Interop.Tests.Transports;

/// <summary>As much of Redis as the contract needs, on loopback: lists with RPUSH and BLPOP. It shares no code with the client under test.</summary>
internal sealed class RespServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, Channel<string>> _lists = new();
    private readonly CancellationTokenSource _lifetime = new();
    private readonly Task _accepting;

    public RespServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>host:port.</summary>
    public string Address => _listener.LocalEndpoint.ToString()!;

    public async ValueTask DisposeAsync()
    {
        await _lifetime.CancelAsync();
        _listener.Stop();
        await _accepting;
        _lifetime.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_lifetime.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var reader = new StreamReader(client.GetStream(), Encoding.ASCII))
        {
            try
            {
                while (await ReadCommandAsync(reader) is { } command) await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(await AnswerAsync(command)), _lifetime.Token);
            }
            catch (Exception ended) when (ended is IOException or OperationCanceledException)
            {
                // The client has gone, or the test is over.
            }
        }
    }

    private async Task<string> AnswerAsync(string[] command)
    {
        switch (command)
        {
            case ["RPUSH", var key, var value]:
                await List(key).Writer.WriteAsync(value, _lifetime.Token);
                return ":1\r\n";
            case ["BLPOP", var key, var seconds]:
                using (var patience = CancellationTokenSource.CreateLinkedTokenSource(_lifetime.Token))
                {
                    patience.CancelAfter(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)));
                    try
                    {
                        var value = await List(key).Reader.ReadAsync(patience.Token);
                        return $"*2\r\n${key.Length}\r\n{key}\r\n${value.Length}\r\n{value}\r\n";
                    }
                    catch (OperationCanceledException) when (!_lifetime.IsCancellationRequested)
                    {
                        return "*-1\r\n";
                    }
                }
            default:
                return $"-ERR unknown command '{command[0]}'\r\n";
        }
    }

    private Channel<string> List(string key) => _lists.GetOrAdd(key, _ => Channel.CreateUnbounded<string>());

    /// <summary>An array of bulk strings, none of which holds a line end here.</summary>
    private async Task<string[]?> ReadCommandAsync(StreamReader reader)
    {
        if (await reader.ReadLineAsync(_lifetime.Token) is not { } header) return null;
        var parts = new string[int.Parse(header.AsSpan(1), CultureInfo.InvariantCulture)];
        for (var index = 0; index < parts.Length; index++)
        {
            await reader.ReadLineAsync(_lifetime.Token);
            parts[index] = await reader.ReadLineAsync(_lifetime.Token) ?? throw new EndOfStreamException("A command is cut off.");
        }
        return parts;
    }
}
