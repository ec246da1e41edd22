using System.Buffers;
using System.Buffers.Binary;
using HyphaMarket.Libp2p.Crypto;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Security.Noise;

/// <summary>Makes a connection secret and its peer known: the <c>/noise</c> protocol of libp2p.</summary>
/// <remarks>Source: libp2p/specs noise/README.md and connections/inlined-muxer-negotiation.md.</remarks>
public static class NoiseHandshaker
{
    /// <summary>The protocol id for multistream-select.</summary>
    public const string ProtocolId = "/noise";

    /// <summary>
    /// The longest handshake message accepted. The largest honest one holds an RSA key of 8,192 bits and its signature, 2.1 KB;
    /// the format would let a stranger make us hold 64 KiB before he has proved anything.
    /// </summary>
    public const int MaxMessageLength = 4096;

    private const int PrefixLength = 2;

    /// <summary>Makes a handshake with a static key of its own; prefer the overload with a <see cref="NoiseIdentity"/> where many follow.</summary>
    public static async Task<SecureConnection> HandshakeAsync(
        Stream inner, bool initiator, KeyPair keys, PeerId? expected, IReadOnlyList<string> muxers, CancellationToken cancellationToken)
    {
        using var identity = NoiseIdentity.Create(keys);
        return await HandshakeAsync(inner, initiator, identity, expected, muxers, cancellationToken);
    }

    /// <summary>Makes the handshake. Reads not a byte beyond it, so transport frames that come with its last message are not lost.</summary>
    /// <param name="inner">The raw connection. It becomes the channel's on success and stays the caller's, to be closed, on failure.</param>
    /// <param name="initiator">True for the side that dialled.</param>
    /// <param name="expected">The peer that must be at the other end; null where any will do.</param>
    /// <param name="muxers">The stream muxers offered within the handshake, preferred first; may be empty.</param>
    /// <param name="cancellationToken">The deadline.</param>
    /// <exception cref="SecureChannelException">The peer is not the one expected or broke the protocol.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    /// <exception cref="OperationCanceledException">The deadline passed.</exception>
    public static async Task<SecureConnection> HandshakeAsync(
        Stream inner, bool initiator, NoiseIdentity identity, PeerId? expected, IReadOnlyList<string> muxers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(muxers);
        using var ephemeral = X25519PrivateKey.Generate();
        using var handshake = new NoiseXxHandshake(initiator, identity.StaticKey, ephemeral);
        var message = ArrayPool<byte>.Shared.Rent(PrefixLength + MaxMessageLength);
        var payload = ArrayPool<byte>.Shared.Rent(MaxMessageLength);
        try
        {
            NoisePayload? remote = null;
            var turn = 0;
            while (!handshake.IsComplete)
            {
                if (handshake.MustWrite)
                {
                    // "The initiator must not send a payload in their first message": nothing is secret yet.
                    var length = handshake.WriteMessage(turn == 0 ? [] : identity.BuildPayload(muxers), message.AsSpan(PrefixLength));
                    BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)length);
                    await inner.WriteAsync(message.AsMemory(0, PrefixLength + length), cancellationToken);
                    await inner.FlushAsync(cancellationToken);
                }
                else
                {
                    var length = await ReadFrameAsync(inner, message, cancellationToken);
                    var payloadLength = handshake.ReadMessage(message.AsSpan(0, length), payload);
                    // A payload in the first message is nobody's word, so it is not looked at.
                    if (turn > 0) remote = NoisePayload.Verify(payload.AsSpan(0, payloadLength), handshake.RemoteStaticKey, expected);
                }
                turn++;
            }
            var (send, receive) = handshake.Split();
            var channel = new NoiseChannel(inner, send, receive);
            var muxer = initiator ? ChooseMuxer(muxers, remote!.Muxers) : ChooseMuxer(remote!.Muxers, muxers);
            return new SecureConnection(channel, remote.Key.PeerId, remote.Key, muxer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
            ArrayPool<byte>.Shared.Return(payload);
        }
    }

    /// <summary>"The multiplexer to use is determined by picking the first item from the initiator's list that both parties support."</summary>
    private static string? ChooseMuxer(IReadOnlyList<string> initiators, IReadOnlyList<string> responders) =>
        initiators.FirstOrDefault(muxer => responders.Contains(muxer, StringComparer.Ordinal));

    private static async ValueTask<int> ReadFrameAsync(Stream inner, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            await inner.ReadExactlyAsync(buffer.AsMemory(0, PrefixLength), cancellationToken);
            var length = BinaryPrimitives.ReadUInt16BigEndian(buffer);
            if (length > MaxMessageLength)
                throw new SecureChannelException(SecureChannelFailure.Malformed, $"The peer announced a handshake message of {length} bytes; the limit is {MaxMessageLength}.");
            await inner.ReadExactlyAsync(buffer.AsMemory(0, length), cancellationToken);
            return length;
        }
        catch (EndOfStreamException)
        {
            throw new SecureChannelException(SecureChannelFailure.Truncated, "The peer closed the connection during the handshake.");
        }
    }
}
