using System.Security.Cryptography;
using HyphaMarket.Libp2p.Crypto;
using HyphaMarket.Libp2p.Gossipsub.Driver;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Negotiation;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Messages;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Libp2p.Security.Noise;
using HyphaMarket.Libp2p.Tests.Identity;
using HyphaMarket.Libp2p.Transport.WebSockets;

namespace HyphaMarket.Libp2p.Tests.Fuzzing;

/// <summary>The parsers that take a stream of bytes.</summary>
internal static class StreamFuzzTargets
{
    private static readonly byte[] s_key = [.. Enumerable.Range(0, NoiseCipher.KeyLength).Select(i => (byte)i)];

    private static readonly byte[] s_plaintext = [.. Enumerable.Range(0, 44).Select(i => (byte)(i * 7))];

    public static IReadOnlyList<StreamFuzzTarget> All { get; } =
    [
        new("yamux", [Yamux()], s => ReadYamux(s), typeof(YamuxSession), typeof(YamuxHeader)),
        new("multistream", [[.. Line("/multistream/1.0.0"), .. Line("/a/1"), .. Line("/b/2"), .. Line("na")]], s => Guarded(s, ReadLines), typeof(MultistreamReader), typeof(MultistreamMessage)),
        new("multistream listener", [[.. Line("/multistream/1.0.0"), .. Line("/a/1"), .. Line("/b/2"), .. Line("ls")]], s => Guarded(s, async stream => await Multistream.AcceptAsync(stream, p => p == "/b/2") ?? "none"), typeof(ListenerNegotiation), typeof(Multistream)),
        new("multistream dialler", [[.. Line("/multistream/1.0.0"), .. Line("na"), .. Line("/b/2")]], s => Guarded(s, async stream => await Multistream.SelectAsync(stream, ["/a/1", "/b/2"]) ?? "none"), typeof(DialerNegotiation), typeof(Multistream)),
        new("length-prefixed", [[3, 1, 2, 3, 0, 1, 9], [0x80, 0x02, .. new byte[256], 2, 1, 2]], s => Guarded(s, ReadPrefixed), typeof(LengthPrefixed)),
        new("gossip frames", [[3, 1, 2, 3, 0, 1, 9], [0x80, 0x02, .. new byte[256], 2, 1, 2]], s => Guarded(s, ReadGossipFrames), typeof(FrameReader)),
        new("relay stream", [HopBytes()], s => Guarded(s, async stream => $"{(await RelayMessageStream.ReadHopAsync(stream, default))?.Type}"), typeof(RelayMessageStream)),
        new("http head", [[.. UpgradeHandshake.FormatRequest("example.org:1", "dGhlIHNhbXBsZSBub25jZQ=="), 1, 2, 3]], s => Guarded(s, ReadHead), typeof(HttpHeadReader)),
        new("noise frames", [Sealed()], s => Guarded(s, ReadFrames), typeof(NoiseChannel), typeof(NoiseCipher)),
        new("noise handshake", [FirstMessage()], s => Guarded(s, Respond), typeof(NoiseXxHandshake), typeof(NoiseHandshaker)),
    ];

    private static async Task<string> Guarded(Stream stream, Func<Stream, Task<string>> read)
    {
        try
        {
            return await read(stream);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return exception.GetType().Name;
        }
    }

    private static async Task<string> ReadYamux(Stream stream)
    {
        var session = new YamuxSession(new YamuxOptions(), isDialler: false, TimeSpan.Zero);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        var opened = new List<YamuxStreamState>();
        while (await stream.ReadAsync(buffer) is > 0 and var count && session.Violation is null)
        {
            session.OnReceived(buffer.AsSpan(0, count), TimeSpan.Zero);
            while (session.TryTake(out var happened))
            {
                if (happened.Kind == YamuxEventKind.StreamOpened) opened.Add(happened.Stream!);
            }
        }
        // What has arrived of each stream, and how the session stands: both must not depend on how the bytes came.
        var told = opened.Select(state => $"{state.Id}:{Content(session, state)}");
        return $"{string.Join(' ', told)} {session.StreamCount} {session.Violation?.Message}";

        static string Content(YamuxSession session, YamuxStreamState state)
        {
            var bytes = new byte[512 * 1024];
            return session.BeginRead(state, bytes, TimeSpan.Zero, out var read) == YamuxOutcome.Done ? Convert.ToHexString(SHA256.HashData(bytes.AsSpan(0, read))) : "nothing";
        }
    }

    private static async Task<string> ReadLines(Stream stream)
    {
        var reader = new MultistreamReader(stream);
        var lines = new List<string>();
        try
        {
            while (await reader.ReadAsync(default) is { } line) lines.Add(line);
        }
        catch (NegotiationException e)
        {
            lines.Add(e.Message);
        }
        return string.Join('|', lines);
    }

    private static async Task<string> ReadPrefixed(Stream stream)
    {
        var messages = new List<string>();
        try
        {
            while (await LengthPrefixed.ReadAsync(stream, 4_096) is { } message) messages.Add(Convert.ToHexString(SHA256.HashData(message)));
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            messages.Add(exception.GetType().Name);
        }
        return string.Join('|', messages);
    }

    private static async Task<string> ReadGossipFrames(Stream stream)
    {
        var messages = new List<string>();
        using var frames = new FrameReader(stream, 4_096);
        try
        {
            while (await frames.ReadAsync(default)) messages.Add(Convert.ToHexString(SHA256.HashData(frames.Frame)));
            if (frames.Failure is { } failure) messages.Add(failure.GetType().Name);
        }
        catch (InvalidDataException exception)
        {
            messages.Add(exception.GetType().Name);
        }
        return string.Join('|', messages);
    }

    private static async Task<string> ReadHead(Stream stream)
    {
        var (head, following) = await HttpHeadReader.ReadAsync(stream, 4_096, default);
        // How much was read beyond the head depends on the pieces; what follows it does not.
        var rest = new MemoryStream();
        rest.Write(following);
        await stream.CopyToAsync(rest);
        return $"{head.StartLine} {Convert.ToHexString(rest.ToArray())}";
    }

    private static async Task<string> ReadFrames(Stream stream)
    {
        await using var channel = new NoiseChannel(stream, new NoiseCipher(s_key), new NoiseCipher(s_key));
        using var received = new MemoryStream();
        var buffer = new byte[70_000];
        try
        {
            while (await channel.ReadAsync(buffer) is > 0 and var count) received.Write(buffer, 0, count);
        }
        catch (IOException exception)
        {
            // How much of what came before a forged frame is still read depends on the pieces; that nothing else is read does not.
            Assert.That(s_plaintext.AsSpan().StartsWith(received.ToArray()), Is.True, "only what was sealed is read, in order");
            return exception.GetType().Name;
        }
        return Convert.ToHexString(received.ToArray());
    }

    private static async Task<string> Respond(Stream stream)
    {
        using var handshake = new NoiseXxHandshake(initiator: false, X25519PrivateKey.FromBytes(s_key), X25519PrivateKey.FromBytes(s_key));
        // As the handshaker reads it: two bytes of length and the message.
        var length = new byte[2];
        await stream.ReadExactlyAsync(length);
        var message = new byte[(length[0] << 8) | length[1]];
        await stream.ReadExactlyAsync(message);
        var payload = new byte[message.Length];
        return $"{handshake.ReadMessage(message, payload)} {Convert.ToHexString(handshake.HandshakeHash)}";
    }

    private static byte[] Yamux()
    {
        var session = new YamuxSession(new YamuxOptions(), isDialler: true, TimeSpan.Zero);
        using var bytes = new MemoryStream();
        for (var i = 0; i < 3; i++)
        {
            session.TryOpen(out var state);
            session.BeginWrite(state!, new byte[20 * (i + 1)]);
            if (i == 1) session.CloseWrite(state!);
            if (i == 2) session.Reset(state!);
            while (session.HasOutput)
            {
                bytes.Write(session.TakeOutput().Span);
                session.OnOutputSent();
            }
        }
        session.OnTimer(TimeSpan.FromMinutes(1));
        session.GoAway(YamuxGoAwayCode.NormalTermination);
        while (session.HasOutput)
        {
            bytes.Write(session.TakeOutput().Span);
            session.OnOutputSent();
        }
        return bytes.ToArray();
    }

    private static byte[] Line(string text) => [(byte)(text.Length + 1), .. System.Text.Encoding.ASCII.GetBytes(text), (byte)'\n'];

    private static byte[] HopBytes()
    {
        using var bytes = new MemoryStream();
        RelayMessageStream.WriteAsync(bytes, new HopMessage(HopMessageType.Connect, TestKeys.Bob.PeerId), default).AsTask().GetAwaiter().GetResult();
        return bytes.ToArray();
    }

    private static byte[] Sealed()
    {
        using var cipher = new NoiseCipher(s_key);
        using var bytes = new MemoryStream();
        var plaintext = s_plaintext.AsSpan();
        foreach (var length in new[] { 3, 0, 40, 1 })
        {
            var frame = new byte[length + NoiseCipher.TagLength];
            cipher.Encrypt([], plaintext[..length], frame);
            plaintext = plaintext[length..];
            bytes.Write([(byte)(frame.Length >> 8), (byte)frame.Length]);
            bytes.Write(frame);
        }
        return bytes.ToArray();
    }

    private static byte[] FirstMessage()
    {
        using var handshake = new NoiseXxHandshake(initiator: true, X25519PrivateKey.FromBytes(s_key), X25519PrivateKey.FromBytes(s_key));
        var message = new byte[256];
        var written = handshake.WriteMessage([1, 2, 3], message);
        return [(byte)(written >> 8), (byte)written, .. message[..written]];
    }
}
