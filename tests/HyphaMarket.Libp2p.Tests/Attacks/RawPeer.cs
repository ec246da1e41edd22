using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Negotiation;
using HyphaMarket.Libp2p.Security.Noise;

namespace HyphaMarket.Libp2p.Tests.Attacks;

/// <summary>An attacker with a true identity: it makes an honest Noise handshake and from then on writes every Yamux frame and protocol byte by hand.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    /// <summary>Room in a stream's first window for what opened it.</summary>
    private const int OpeningBytes = 1_024;

    /// <summary>What goes into one frame at most.</summary>
    private const int ChunkBytes = 16 * 1024;

    private readonly Socket _socket;
    private readonly Stream _channel;
    private readonly KeyPair _keys;
    private readonly bool _ownsKeys;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentDictionary<uint, TaskCompletionSource> _resets = new();
    private readonly ConcurrentDictionary<uint, TaskCompletionSource> _firstData = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<uint, long> _granted = new();
    private readonly Dictionary<uint, long> _spent = [];
    private int _resetCount;
    private long _goAway = -1;
    private int _pingAnswers;

    private RawPeer(Socket socket, Stream channel, KeyPair keys, bool ownsKeys)
    {
        _socket = socket;
        _channel = channel;
        _keys = keys;
        _ownsKeys = ownsKeys;
    }

    public PeerId Id => _keys.PeerId;

    /// <summary>Completed when the other side has closed the connection; meaningful only where this side reads.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Streams that the other side reset.</summary>
    public int Resets => Volatile.Read(ref _resetCount);

    /// <summary>The code of the other side's go-away; -1 where there was none.</summary>
    public long GoAway => Interlocked.Read(ref _goAway);

    /// <summary>Pings that the other side answered.</summary>
    public int PingAnswers => Volatile.Read(ref _pingAnswers);

    /// <summary>What this peer says when it is asked to identify itself: the bytes behind the negotiation. Null for silence.</summary>
    public byte[]? IdentifyAnswer { get; set; }

    /// <summary>Connects and authenticates.</summary>
    /// <param name="reads">False for a peer that never takes a byte after its handshake.</param>
    public static async Task<RawPeer> ConnectAsync(Host victim, KeyPair? keys = null, bool reads = true, byte[]? identifyAnswer = null)
    {
        var socket = await ConnectSocketAsync(victim, smallBuffer: !reads);
        var network = new NetworkStream(socket);
        Assert.That(await Multistream.SelectAsync(network, [NoiseHandshaker.ProtocolId]), Is.EqualTo(NoiseHandshaker.ProtocolId));
        var own = keys ?? KeyPair.Generate();
        var secure = await NoiseHandshaker.HandshakeAsync(network, initiator: true, own, victim.Id, [YamuxSession.ProtocolId], CancellationToken.None);
        Assert.That(secure.NegotiatedMuxer, Is.EqualTo(YamuxSession.ProtocolId));
        var peer = new RawPeer(socket, secure.Channel, own, keys is null) { IdentifyAnswer = identifyAnswer };
        if (reads) _ = peer.ReadLoopAsync();
        return peer;
    }

    /// <summary>A bare TCP connection to the host's listening port.</summary>
    /// <param name="smallBuffer">A small receive buffer, so that what is not read soon weighs on the sender.</param>
    public static async Task<Socket> ConnectSocketAsync(Host victim, bool smallBuffer = false)
    {
        Assert.That(victim.Addresses[0].TryGetTcpEndPoint(out var endPoint), Is.True);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (smallBuffer) socket.ReceiveBufferSize = 4_096;
        await socket.ConnectAsync(endPoint!);
        return socket;
    }

    /// <summary>The 12 bytes of a frame's header, in network order.</summary>
    public static byte[] Header(YamuxFrameType type, YamuxFlags flags, uint id, uint length)
    {
        var bytes = new byte[12];
        bytes[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)flags);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), id);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), length);
        return bytes;
    }

    public static byte[] Data(YamuxFlags flags, uint id, params byte[] payload) => [.. Header(YamuxFrameType.Data, flags, id, (uint)payload.Length), .. payload];

    /// <summary>A multistream message: its length, the text, a newline.</summary>
    public static byte[] Line(string text)
    {
        var prefix = new byte[10];
        var length = Varint.Write(prefix, (ulong)Encoding.UTF8.GetByteCount(text) + 1);
        return [.. prefix[..length], .. Encoding.UTF8.GetBytes(text), (byte)'\n'];
    }

    /// <summary>A message behind its length.</summary>
    public static byte[] Prefixed(byte[] message)
    {
        var prefix = new byte[10];
        return [.. prefix[..Varint.Write(prefix, (ulong)message.Length)], .. message];
    }

    /// <summary>What opens a stream for a protocol in one frame, with the first bytes of the protocol behind it.</summary>
    public static byte[] Open(uint id, string protocol, params byte[] first) => Data(YamuxFlags.Syn, id, [.. Line("/multistream/1.0.0"), .. Line(protocol), .. first]);

    /// <summary>Writes bytes into the secured channel.</summary>
    /// <returns>False where the other side has closed the connection.</returns>
    public async Task<bool> TrySendAsync(byte[] bytes, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await _channel.WriteAsync(bytes, cancellationToken);
            await _channel.FlushAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or SocketException)
        {
            return false;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Writes data on a stream as soon as its window allows, as an attacker does that does not want to be cut off for its muxing.</summary>
    /// <returns>False where the connection or the stream has ended.</returns>
    public async Task<bool> TrySendWithinWindowAsync(uint id, byte[] payload, CancellationToken cancellationToken)
    {
        var spent = _spent.GetValueOrDefault(id);
        for (var sent = 0; sent < payload.Length;)
        {
            var room = YamuxOptions.InitialWindowBytes - OpeningBytes + _granted.GetValueOrDefault(id) - spent;
            if (room <= 0)
            {
                if (Ended.IsCompleted || ResetOf(id).IsCompleted) return false;
                await Task.Delay(1, cancellationToken);
                continue;
            }
            var take = (int)Math.Min(Math.Min(room, ChunkBytes), payload.Length - sent);
            if (!await TrySendAsync(Data(YamuxFlags.None, id, payload[sent..(sent + take)]), cancellationToken)) return false;
            sent += take;
            _spent[id] = spent += take;
        }
        return true;
    }

    /// <summary>Completed when the other side has reset that stream.</summary>
    public Task ResetOf(uint id) => Of(_resets, id).Task;

    /// <summary>Completed when the other side has sent data on that stream.</summary>
    public Task DataOn(uint id) => Of(_firstData, id).Task;

    /// <summary>Sends a ping and waits until the answer shows that everything before it has been worked off.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var before = PingAnswers;
        Assert.That(await TrySendAsync(Header(YamuxFrameType.Ping, YamuxFlags.Syn, 0, 7), cancellationToken), Is.True, "the connection lives");
        while (PingAnswers == before && !Ended.IsCompleted) await Task.Delay(1, cancellationToken);
        Assert.That(Ended.IsCompleted, Is.False, "the connection lives");
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _channel.DisposeAsync();
        if (_ownsKeys) _keys.Dispose();
    }

    private static TaskCompletionSource Of(ConcurrentDictionary<uint, TaskCompletionSource> table, uint id) =>
        table.GetOrAdd(id, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task ReadLoopAsync()
    {
        var header = new byte[12];
        var payload = new byte[64 * 1024];
        try
        {
            while (true)
            {
                await _channel.ReadExactlyAsync(header);
                var frame = YamuxHeader.Read(header);
                if (frame.Type == YamuxFrameType.Data)
                {
                    for (var left = (int)frame.Length; left > 0;)
                    {
                        var take = Math.Min(left, payload.Length);
                        await _channel.ReadExactlyAsync(payload.AsMemory(0, take));
                        left -= take;
                    }
                    if (frame.Length > 0) Of(_firstData, frame.StreamId).TrySetResult();
                }
                await OnFrameAsync(frame);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or SocketException)
        {
            // The other side closed the connection, or this one did: either way it has ended.
            _ended.TrySetResult();
        }
    }

    private async Task OnFrameAsync(YamuxHeader frame)
    {
        if (frame.Type == YamuxFrameType.WindowUpdate) _granted.AddOrUpdate(frame.StreamId, frame.Length, (_, granted) => granted + frame.Length);
        if (frame.Type == YamuxFrameType.GoAway) Interlocked.Exchange(ref _goAway, frame.Length);
        if (frame.Type == YamuxFrameType.Ping && frame.Has(YamuxFlags.Ack)) Interlocked.Increment(ref _pingAnswers);
        if (frame.Type == YamuxFrameType.Ping && frame.Has(YamuxFlags.Syn)) await TrySendAsync(Header(YamuxFrameType.Ping, YamuxFlags.Ack, 0, frame.Length));
        if (frame.StreamId != 0 && frame.Has(YamuxFlags.Rst))
        {
            Interlocked.Increment(ref _resetCount);
            Of(_resets, frame.StreamId).TrySetResult();
        }
        // The only stream a host opens by itself here is the question who we are: an even id, for the host listened.
        if (frame.Has(YamuxFlags.Syn) && frame.StreamId % 2 == 0 && frame.StreamId != 0 && IdentifyAnswer is { } answer)
        {
            byte[] bytes = [.. Line("/multistream/1.0.0"), .. Line("/ipfs/id/1.0.0"), .. answer];
            await TrySendAsync(Data(YamuxFlags.Ack | YamuxFlags.Fin, frame.StreamId, bytes));
        }
    }
}
