using Google.Protobuf;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Security.Messages;

namespace HyphaMarket.Libp2p.Security.Noise;

/// <summary>The peer's handshake payload, once it has been found to be that of the holder of the static key.</summary>
/// <param name="Key">The peer's identity key.</param>
/// <param name="Muxers">The stream muxers the peer offers, preferred first; empty where it said nothing.</param>
internal sealed record NoisePayload(PublicKey Key, IReadOnlyList<string> Muxers)
{
    private static ReadOnlySpan<byte> SignaturePrefix => "noise-libp2p-static-key:"u8;

    /// <summary>"The data to be signed is the UTF-8 string noise-libp2p-static-key:, followed by the Noise static public key".</summary>
    public static byte[] SignedBytes(ReadOnlySpan<byte> staticKey) => [.. SignaturePrefix, .. staticKey];

    /// <summary>Reads a payload and verifies that its identity signed the static key and is the one expected.</summary>
    /// <exception cref="SecureChannelException">It is malformed, not signed, or of another peer.</exception>
    public static NoisePayload Verify(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> staticKey, PeerId? expected)
    {
        NoiseHandshakePayload message;
        try
        {
            message = NoiseHandshakePayload.Parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new SecureChannelException(SecureChannelFailure.Malformed, "The peer's handshake payload is no protobuf message.");
        }
        if (!PublicKey.TryFromProtobuf(message.IdentityKey.Span, out var key))
            throw new SecureChannelException(SecureChannelFailure.Malformed, "The peer's identity key is malformed.");
        // Compared before the signature: an unexpected key is not worth a verification.
        if (expected is { } peer && key.PeerId != peer)
            throw new SecureChannelException(SecureChannelFailure.WrongPeer, $"Peer {peer} was expected, but {key.PeerId} answered; the address is wrong or out of date.");
        // "The key MUST then be used to validate the identity_sig field against the static Noise key received in the handshake.
        // If the signature is invalid, the connection MUST be terminated immediately."
        return key.Check(SignedBytes(staticKey), message.IdentitySig.Span) switch
        {
            SignatureVerdict.Valid => new NoisePayload(key, message.Extensions is null ? [] : [.. message.Extensions.StreamMuxers]),
            SignatureVerdict.UnsupportedKey => throw new SecureChannelException(SecureChannelFailure.UnsupportedKey, $"The peer's {key.Type} identity key cannot be verified here."),
            _ => throw new SecureChannelException(SecureChannelFailure.BadSignature, "The peer's identity did not sign its Noise key."),
        };
    }
}
