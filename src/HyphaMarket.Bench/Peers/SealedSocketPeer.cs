using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace HyphaMarket.Bench.Peers;

/// <summary>The physical limit: a bare TCP connection whose frames are sealed by the cipher of Noise, with no handshake, muxer or negotiation.</summary>
/// <remarks>A frame: 2 bytes of length, the ciphertext, a tag of 16 bytes; at most 65,535 bytes, as in Noise. The key is fixed: nothing is secret here.</remarks>
public sealed class SealedSocketPeer : IMeasuredPeer
{
    public const string Stack = "socket";

    private const int LengthBytes = 2, TagBytes = 16, MaxPlain = 65_535 - TagBytes, BufferBytes = 256 * 1024, RequestBytes = 200;

    private readonly byte[] _key = new byte[32];
    private readonly CancellationTokenSource _stop = new();
    private Socket? _listener;

    public long AllocatedBytes => GC.GetTotalAllocatedBytes();

    public Task<string> StartAsync()
    {
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = ServeAsync(_listener);
        return Task.FromResult(_listener.LocalEndPoint!.ToString()!);
    }

    public Task<Sample> HandshakesAsync(string address, TimeSpan duration) => throw new NotSupportedException("A bare socket has no handshake.");

    public Task<Sample> GossipAsync(string address, int messages) => throw new NotSupportedException("A bare socket has no gossip.");

    public Task ConnectAsync(string address, int connections) => throw new NotSupportedException("A bare socket is not measured idle.");

    public async Task<Sample> BulkAsync(string address, long bytes)
    {
        using var connection = await DialAsync(address, bulk: true);
        var plain = new byte[MaxPlain];
        var start = Stopwatch.GetTimestamp();
        for (long left = bytes; left > 0;)
        {
            var size = (int)Math.Min(left, plain.Length);
            connection.Put(plain.AsSpan(0, size));
            left -= size;
            if (connection.IsNearlyFull || left == 0) await connection.FlushAsync();
        }

        connection.CloseWrite();
        var confirmed = await connection.ReadAsync();
        if (BinaryPrimitives.ReadInt64BigEndian(confirmed.Span) != bytes) throw new BenchException("Bytes were lost.");
        return new Sample(bytes, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    public async Task<Sample> RequestsAsync(string address, int concurrency, TimeSpan duration)
    {
        if (concurrency > 1) throw new NotSupportedException("A bare socket carries one request at a time.");
        using var connection = await DialAsync(address, bulk: false);
        var request = new byte[RequestBytes];
        var done = 0L;
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            connection.Put(request);
            await connection.FlushAsync();
            if ((await connection.ReadAsync()).Length != RequestBytes) throw new BenchException("An answer was cut.");
            done++;
        }

        return new Sample(done, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    public ValueTask DisposeAsync()
    {
        _stop.Cancel();
        _listener?.Dispose();
        _stop.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<SealedSocket> DialAsync(string address, bool bulk)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPEndPoint.Parse(address));
        var connection = new SealedSocket(socket, _key);
        // The first frame says which of the two the other end is to do.
        connection.Put(bulk ? [1] : [0]);
        await connection.FlushAsync();
        return connection;
    }

    private async Task ServeAsync(Socket listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket accepted;
            try
            {
                accepted = await listener.AcceptAsync(_stop.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            accepted.NoDelay = true;
            _ = ServeAsync(new SealedSocket(accepted, _key));
        }
    }

    private static async Task ServeAsync(SealedSocket connection)
    {
        using var owned = connection;
        try
        {
            var bulk = (await connection.ReadAsync()).Span[0] == 1;
            long total = 0;
            while (await connection.ReadAsync() is { Length: > 0 } frame)
            {
                total += frame.Length;
                if (bulk) continue;
                connection.Put(frame.Span);
                await connection.FlushAsync();
            }

            if (!bulk) return;
            var count = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64BigEndian(count, total);
            connection.Put(count);
            await connection.FlushAsync();
        }
        catch (Exception exception) when (exception is SocketException or CryptographicException)
        {
            // The other end sees the connection end, and tells of it.
        }
    }

    /// <summary>Frames on a socket, sealed and opened in place in one buffer each way.</summary>
    private sealed class SealedSocket(Socket socket, byte[] key) : IDisposable
    {
        private readonly ChaCha20Poly1305 _cipher = new(key);
        private readonly byte[] _out = new byte[BufferBytes], _in = new byte[BufferBytes], _sendNonce = new byte[12], _receiveNonce = new byte[12];
        private int _filled, _start, _end;
        private ulong _sent, _received;

        public bool IsNearlyFull => _out.Length - _filled < MaxPlain + TagBytes + LengthBytes;

        public void Put(ReadOnlySpan<byte> plain)
        {
            var frame = _out.AsSpan(_filled, LengthBytes + plain.Length + TagBytes);
            BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)(plain.Length + TagBytes));
            BinaryPrimitives.WriteUInt64LittleEndian(_sendNonce.AsSpan(4), _sent++);
            _cipher.Encrypt(_sendNonce, plain, frame.Slice(LengthBytes, plain.Length), frame[^TagBytes..]);
            _filled += frame.Length;
        }

        public async ValueTask FlushAsync()
        {
            for (var sent = 0; sent < _filled;) sent += await socket.SendAsync(_out.AsMemory(sent, _filled - sent));
            _filled = 0;
        }

        public void CloseWrite() => socket.Shutdown(SocketShutdown.Send);

        /// <summary>The next frame's plaintext, valid until the next call; empty at the end.</summary>
        public async ValueTask<ReadOnlyMemory<byte>> ReadAsync()
        {
            if (!await HasAsync(LengthBytes)) return default;
            var length = BinaryPrimitives.ReadUInt16BigEndian(_in.AsSpan(_start));
            if (!await HasAsync(LengthBytes + length)) return default;
            var frame = _in.AsMemory(_start + LengthBytes, length);
            var plain = frame[..^TagBytes];
            BinaryPrimitives.WriteUInt64LittleEndian(_receiveNonce.AsSpan(4), _received++);
            _cipher.Decrypt(_receiveNonce, plain.Span, frame.Span[^TagBytes..], plain.Span);
            _start += LengthBytes + length;
            return plain;
        }

        public void Dispose()
        {
            _cipher.Dispose();
            socket.Dispose();
        }

        private async ValueTask<bool> HasAsync(int bytes)
        {
            while (_end - _start < bytes)
            {
                if (_in.Length - _start < bytes || _start == _end)
                {
                    _in.AsSpan(_start, _end - _start).CopyTo(_in);
                    (_start, _end) = (0, _end - _start);
                }

                var read = await socket.ReceiveAsync(_in.AsMemory(_end));
                if (read == 0) return false;
                _end += read;
            }

            return true;
        }
    }
}
