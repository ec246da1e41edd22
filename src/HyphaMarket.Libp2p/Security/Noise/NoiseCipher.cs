using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HyphaMarket.Libp2p.Security.Noise;

/// <summary>One direction of encryption: a ChaCha20-Poly1305 key and the counter that makes its nonces (CipherState in the Noise specification).</summary>
internal sealed class NoiseCipher : IDisposable
{
    public const int KeyLength = 32;
    public const int TagLength = 16;

    private const int NonceLength = 12;

    private readonly ChaCha20Poly1305 _cipher;
    private ulong _counter;

    /// <param name="counter">The first nonce, 0 outside tests.</param>
    public NoiseCipher(ReadOnlySpan<byte> key, ulong counter = 0)
    {
        _cipher = new ChaCha20Poly1305(key);
        _counter = counter;
    }

    /// <summary>Encrypts; writes the ciphertext and its tag, <see cref="TagLength"/> bytes more than the plaintext.</summary>
    /// <exception cref="SecureChannelException">The nonces are used up.</exception>
    public void Encrypt(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> output)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteNonce(nonce);
        _cipher.Encrypt(nonce, plaintext, output[..plaintext.Length], output.Slice(plaintext.Length, TagLength), associatedData);
        _counter++;
    }

    /// <summary>Decrypts a ciphertext with its tag, in place where both start at one address. On false nothing was consumed and the plaintext is wiped.</summary>
    /// <exception cref="SecureChannelException">The nonces are used up.</exception>
    public bool TryDecrypt(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> input, Span<byte> plaintext)
    {
        if (input.Length < TagLength) return false;
        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteNonce(nonce);
        var length = input.Length - TagLength;
        try
        {
            _cipher.Decrypt(nonce, input[..length], input[length..], plaintext[..length], associatedData);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        _counter++;
        return true;
    }

    public void Dispose() => _cipher.Dispose();

    // Noise 12.3: "The 96-bit nonce is formed by encoding 32 bits of zeros followed by little-endian encoding of n."
    private void WriteNonce(Span<byte> nonce)
    {
        // Noise 5.1: "The maximum n value (2^64-1) is reserved for other use. If incrementing n results in 2^64-1,
        // then any further EncryptWithAd() or DecryptWithAd() calls will signal an error to the caller."
        if (_counter == ulong.MaxValue) throw new SecureChannelException(SecureChannelFailure.Exhausted, "All nonces of the connection are used up; open a new one.");
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], _counter);
    }
}
