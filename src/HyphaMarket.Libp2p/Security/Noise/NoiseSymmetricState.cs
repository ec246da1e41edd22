using System.Security.Cryptography;

namespace HyphaMarket.Libp2p.Security.Noise;

/// <summary>The running hash and keys of a handshake (SymmetricState in the Noise specification, 5.2).</summary>
internal sealed class NoiseSymmetricState : IDisposable
{
    public const int HashLength = 32;

    private readonly byte[] _hash = new byte[HashLength];
    private readonly byte[] _chainingKey = new byte[HashLength];
    private NoiseCipher? _cipher;

    public NoiseSymmetricState(ReadOnlySpan<byte> protocolName, ReadOnlySpan<byte> prologue)
    {
        // "If protocol_name is less than or equal to HASHLEN bytes in length, sets h equal to protocol_name with zero bytes appended"
        if (protocolName.Length > HashLength) throw new ArgumentException("The protocol's name is longer than a hash.", nameof(protocolName));
        protocolName.CopyTo(_hash);
        _hash.CopyTo(_chainingKey, 0);
        MixHash(prologue);
    }

    public ReadOnlySpan<byte> Hash => _hash;

    /// <summary>What <see cref="EncryptAndHash"/> adds to a plaintext: nothing before there is a key.</summary>
    public int Overhead => _cipher is null ? 0 : NoiseCipher.TagLength;

    public void MixHash(ReadOnlySpan<byte> data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_hash);
        hash.AppendData(data);
        hash.GetHashAndReset(_hash);
    }

    public void MixKey(ReadOnlySpan<byte> inputKeyMaterial)
    {
        Span<byte> output = stackalloc byte[HashLength + NoiseCipher.KeyLength];
        DeriveTwo(inputKeyMaterial, output);
        output[..HashLength].CopyTo(_chainingKey);
        _cipher?.Dispose();
        _cipher = new NoiseCipher(output[HashLength..]);
        CryptographicOperations.ZeroMemory(output);
    }

    /// <summary>Writes the plaintext, encrypted once there is a key, and returns the number of bytes written.</summary>
    public int EncryptAndHash(ReadOnlySpan<byte> plaintext, Span<byte> output)
    {
        var length = plaintext.Length + Overhead;
        if (_cipher is null) plaintext.CopyTo(output);
        else _cipher.Encrypt(_hash, plaintext, output[..length]);
        MixHash(output[..length]);
        return length;
    }

    /// <summary>Reads what the other side's <see cref="EncryptAndHash"/> wrote; false where it is not authentic.</summary>
    public bool TryDecryptAndHash(ReadOnlySpan<byte> input, Span<byte> plaintext)
    {
        if (_cipher is null) input.CopyTo(plaintext);
        else if (!_cipher.TryDecrypt(_hash, input, plaintext)) return false;
        MixHash(input);
        return true;
    }

    /// <summary>The ciphers of the transport phase: the initiator's first.</summary>
    public (NoiseCipher Initiator, NoiseCipher Responder) Split()
    {
        Span<byte> output = stackalloc byte[2 * NoiseCipher.KeyLength];
        DeriveTwo([], output);
        var ciphers = (new NoiseCipher(output[..NoiseCipher.KeyLength]), new NoiseCipher(output[NoiseCipher.KeyLength..]));
        CryptographicOperations.ZeroMemory(output);
        return ciphers;
    }

    // Noise 4.3: "temp_key = HMAC-HASH(chaining_key, input_key_material); output1 = HMAC-HASH(temp_key, byte(0x01));
    // output2 = HMAC-HASH(temp_key, output1 || byte(0x02))". The class library's HKDF is the same but refuses the empty input of a split.
    private void DeriveTwo(ReadOnlySpan<byte> inputKeyMaterial, Span<byte> output)
    {
        Span<byte> key = stackalloc byte[HashLength];
        Span<byte> second = stackalloc byte[HashLength + 1];
        HMACSHA256.HashData(_chainingKey, inputKeyMaterial, key);
        HMACSHA256.HashData(key, [1], output[..HashLength]);
        output[..HashLength].CopyTo(second);
        second[HashLength] = 2;
        HMACSHA256.HashData(key, second, output[HashLength..]);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(second);
    }

    public void Dispose()
    {
        _cipher?.Dispose();
        CryptographicOperations.ZeroMemory(_chainingKey);
    }
}
