using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace HyphaMarket.Libp2p.Identity;

/// <summary>Checks signatures of secp256k1 keys, where the platform's cryptography has that curve.</summary>
internal static class Secp256k1
{
    /// <summary>A sign byte (2 or 3) and x.</summary>
    public const int CompressedLength = 33;

    private const int FieldLength = 32;

    // SEC 2: p = 2^256 - 2^32 - 977, and the curve is y^2 = x^3 + 7.
    private static readonly BigInteger s_prime = BigInteger.Parse("0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Checks a DER signature over SHA-256 of the message.</summary>
    public static SignatureVerdict Check(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        // No point has this x: no signature is by such a key.
        if (!TryDecompress(key, out var point)) return SignatureVerdict.Invalid;
        try
        {
            var curve = ECCurve.CreateFromValue("1.3.132.0.10");
            using var ecdsa = ECDsa.Create(new ECParameters { Curve = curve, Q = point });
            var valid = ecdsa.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            return valid ? SignatureVerdict.Valid : SignatureVerdict.Invalid;
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            return SignatureVerdict.UnsupportedKey;
        }
    }

    // p leaves 3 when divided by 4, so the square root of a is a^((p + 1) / 4), if there is one. Public values only: time may vary.
    private static bool TryDecompress(ReadOnlySpan<byte> key, out ECPoint point)
    {
        point = default;
        var x = new BigInteger(key[1..], isUnsigned: true, isBigEndian: true);
        if (x >= s_prime) return false;
        var square = (BigInteger.ModPow(x, 3, s_prime) + 7) % s_prime;
        var y = BigInteger.ModPow(square, (s_prime + 1) / 4, s_prime);
        if (BigInteger.ModPow(y, 2, s_prime) != square) return false;
        if (y.IsEven != (key[0] == 2)) y = s_prime - y;
        var yBytes = new byte[FieldLength];
        var length = y.GetByteCount(isUnsigned: true);
        if (!y.TryWriteBytes(yBytes.AsSpan(FieldLength - length), out _, isUnsigned: true, isBigEndian: true)) return false;
        point = new ECPoint { X = key[1..].ToArray(), Y = yBytes };
        return true;
    }
}
