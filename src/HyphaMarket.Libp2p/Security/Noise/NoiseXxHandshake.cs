using System.Security.Cryptography;
using HyphaMarket.Libp2p.Crypto;

namespace HyphaMarket.Libp2p.Security.Noise;

/// <summary>Noise_XX_25519_ChaChaPoly_SHA256: three messages after which both sides know each other's static key and share two ciphers.</summary>
/// <remarks>
/// <code>
/// -> e
/// &lt;- e, ee, s, es
/// -> s, se
/// </code>
/// Source: the Noise Protocol Framework, revision 34. No I/O, no randomness: keys come in, messages go in and out. Any
/// failure is final: afterwards every call throws. The keys stay the caller's to dispose.
/// </remarks>
internal sealed class NoiseXxHandshake : IDisposable
{
    /// <summary>Bytes that a message needs beside its payload: an ephemeral key, an encrypted static key and two tags.</summary>
    public const int MaxOverhead = 2 * X25519PrivateKey.KeyLength + 2 * NoiseCipher.TagLength;

    private const int MessageCount = 3;

    private readonly bool _initiator;
    private readonly X25519PrivateKey _static;
    private readonly X25519PrivateKey _ephemeral;
    private readonly NoiseSymmetricState _state;
    private readonly byte[] _remoteEphemeral = new byte[X25519PrivateKey.KeyLength];
    private readonly byte[] _remoteStatic = new byte[X25519PrivateKey.KeyLength];
    private int _next;
    private bool _failed;

    /// <param name="ephemeralKey">A key made for this handshake and used for no other.</param>
    /// <param name="prologue">Bytes that both sides must agree on; libp2p has none.</param>
    public NoiseXxHandshake(bool initiator, X25519PrivateKey staticKey, X25519PrivateKey ephemeralKey, ReadOnlySpan<byte> prologue = default)
    {
        _initiator = initiator;
        _static = staticKey;
        _ephemeral = ephemeralKey;
        _state = new NoiseSymmetricState("Noise_XX_25519_ChaChaPoly_SHA256"u8, prologue);
    }

    /// <summary>True after the third message.</summary>
    public bool IsComplete => _next == MessageCount && !_failed;

    /// <summary>True while it is this side's turn to write.</summary>
    public bool MustWrite => _next < MessageCount && _next % 2 == (_initiator ? 0 : 1);

    /// <summary>The peer's static key, once it was received: after the second message for the initiator, after the third for the responder.</summary>
    public ReadOnlySpan<byte> RemoteStaticKey => _next > (_initiator ? 1 : 2) ? _remoteStatic : [];

    /// <summary>A hash of the whole handshake, the same on both sides.</summary>
    public ReadOnlySpan<byte> HandshakeHash => _state.Hash;

    /// <summary>Writes the next message and returns its length, at most the payload's and <see cref="MaxOverhead"/>.</summary>
    /// <exception cref="InvalidOperationException">It is the other side's turn.</exception>
    /// <exception cref="SecureChannelException">The peer's key is weak, or the handshake failed before.</exception>
    public int WriteMessage(ReadOnlySpan<byte> payload, Span<byte> output)
    {
        EnterTurn(writing: true);
        _failed = true;
        var written = 0;
        if (_next < 2)
        {
            _ephemeral.PublicKey.CopyTo(output);
            _state.MixHash(_ephemeral.PublicKey);
            written = X25519PrivateKey.KeyLength;
        }
        if (_next == 1) Mix(_ephemeral, _remoteEphemeral); // ee
        if (_next > 0)
        {
            written += _state.EncryptAndHash(_static.PublicKey, output[written..]);
            Mix(_static, _remoteEphemeral); // es for the responder, se for the initiator
        }
        written += _state.EncryptAndHash(payload, output[written..]);
        _next++;
        _failed = false;
        return written;
    }

    /// <summary>Reads the peer's next message and returns the length of its payload.</summary>
    /// <param name="payload">Room for the payload; as many bytes as the message has are always enough.</param>
    /// <exception cref="InvalidOperationException">It is this side's turn.</exception>
    /// <exception cref="SecureChannelException">The message is cut short or not authentic, the peer's key is weak, or the handshake failed before.</exception>
    public int ReadMessage(ReadOnlySpan<byte> message, Span<byte> payload)
    {
        EnterTurn(writing: false);
        _failed = true;
        if (_next < 2)
        {
            Take(ref message, X25519PrivateKey.KeyLength).CopyTo(_remoteEphemeral);
            _state.MixHash(_remoteEphemeral);
        }
        if (_next == 1) Mix(_ephemeral, _remoteEphemeral); // ee
        if (_next > 0)
        {
            if (!_state.TryDecryptAndHash(Take(ref message, X25519PrivateKey.KeyLength + _state.Overhead), _remoteStatic)) throw NotAuthentic();
            Mix(_ephemeral, _remoteStatic); // es for the initiator, se for the responder
        }
        if (message.Length < _state.Overhead) throw Malformed();
        var length = message.Length - _state.Overhead;
        if (!_state.TryDecryptAndHash(message, payload[..length])) throw NotAuthentic();
        _next++;
        _failed = false;
        return length;
    }

    /// <summary>The ciphers for what this side sends and receives after the handshake.</summary>
    /// <exception cref="InvalidOperationException">The handshake is not complete.</exception>
    public (NoiseCipher Send, NoiseCipher Receive) Split()
    {
        if (!IsComplete) throw new InvalidOperationException("The handshake is not complete.");
        var (initiator, responder) = _state.Split();
        return _initiator ? (initiator, responder) : (responder, initiator);
    }

    public void Dispose() => _state.Dispose();

    private void Mix(X25519PrivateKey own, ReadOnlySpan<byte> remote)
    {
        Span<byte> secret = stackalloc byte[X25519PrivateKey.KeyLength];
        if (!own.TryAgree(remote, secret)) throw new SecureChannelException(SecureChannelFailure.WeakKey, "The peer's key has small order; there is no secret to share.");
        _state.MixKey(secret);
        CryptographicOperations.ZeroMemory(secret);
    }

    private void EnterTurn(bool writing)
    {
        if (_failed) throw new SecureChannelException(SecureChannelFailure.Broken, "The handshake failed before.");
        if (_next == MessageCount || MustWrite != writing) throw new InvalidOperationException("It is not this side's turn, or the handshake is complete.");
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> message, int length)
    {
        if (message.Length < length) throw Malformed();
        var taken = message[..length];
        message = message[length..];
        return taken;
    }

    private static SecureChannelException Malformed() => new(SecureChannelFailure.Malformed, "A handshake message is cut short.");

    private static SecureChannelException NotAuthentic() => new(SecureChannelFailure.NotAuthentic, "A handshake message is not authentic.");
}
