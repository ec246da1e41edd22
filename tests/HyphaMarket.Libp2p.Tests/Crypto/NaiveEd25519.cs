using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace HyphaMarket.Libp2p.Tests.Crypto;

/// <summary>Ed25519 written straight from RFC 8032 on big integers: slow, not constant in time, and without any list of special encodings.</summary>
internal static class NaiveEd25519
{
    public static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    public static readonly BigInteger L = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);
    public static readonly Point Zero = new(0, 1);
    private static readonly BigInteger s_d = Mod(-121665 * BigInteger.ModPow(121666, P - 2, P));
    private static readonly BigInteger s_rootOfMinusOne = BigInteger.ModPow(2, (P - 1) / 4, P);
    public static readonly Point Base = Decode(Encode(new Point(0, Mod(4 * Inverse(5)))))!.Value;

    internal readonly record struct Point(BigInteger X, BigInteger Y);

    /// <summary>The strict rule: s below L, canonical A and R, neither of small order, and sB = R + hA without a cofactor.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        var s = new BigInteger(signature[32..], isUnsigned: true);
        if (s >= L || Decode(publicKey) is not { } a || Decode(signature[..32]) is not { } r) return false;
        if (Multiply(8, a) == Zero || Multiply(8, r) == Zero) return false;
        return Multiply(s, Base) == Add(r, Multiply(Challenge(signature[..32], publicKey, message), a));
    }

    public static BigInteger Challenge(ReadOnlySpan<byte> r, ReadOnlySpan<byte> a, ReadOnlySpan<byte> message) =>
        new BigInteger(SHA512.HashData([.. r, .. a, .. message]), isUnsigned: true) % L;

    public static byte[] Encode(Point point)
    {
        var bytes = new byte[32];
        point.Y.TryWriteBytes(bytes, out _, isUnsigned: true);
        if (!point.X.IsEven) bytes[31] |= 0x80;
        return bytes;
    }

    /// <summary>Null for an encoding that is not canonical or of no point.</summary>
    public static Point? Decode(ReadOnlySpan<byte> bytes)
    {
        var copy = bytes.ToArray();
        var odd = (copy[31] & 0x80) != 0;
        copy[31] &= 0x7F;
        var y = new BigInteger(copy, isUnsigned: true);
        if (y >= P) return null;
        var square = Mod((y * y - 1) * Inverse(Mod(s_d * y * y + 1)));
        var x = BigInteger.ModPow(square, (P + 3) / 8, P);
        if (Mod(x * x) != square) x = Mod(x * s_rootOfMinusOne);
        if (Mod(x * x) != square || (x.IsZero && odd)) return null;
        return new Point(x.IsEven == odd ? Mod(-x) : x, y);
    }

    public static Point Multiply(BigInteger factor, Point point)
    {
        // Extended coordinates would be faster; a projective denominator kept aside is simple and fast enough.
        var result = (X: BigInteger.Zero, Y: BigInteger.One, Z: BigInteger.One);
        var addend = (point.X, point.Y, Z: BigInteger.One);
        for (; !factor.IsZero; factor >>= 1)
        {
            if (!factor.IsEven) result = Add(result, addend);
            addend = Add(addend, addend);
        }
        var inverse = Inverse(result.Z);
        return new Point(Mod(result.X * inverse), Mod(result.Y * inverse));
    }

    public static Point Add(Point one, Point other)
    {
        var (x, y, z) = Add((one.X, one.Y, BigInteger.One), (other.X, other.Y, BigInteger.One));
        var inverse = Inverse(z);
        return new Point(Mod(x * inverse), Mod(y * inverse));
    }

    // x3 = (x1 y2 + x2 y1) / (1 + d x1 x2 y1 y2), y3 = (y1 y2 + x1 x2) / (1 - d x1 x2 y1 y2), over the denominators z1 z2.
    private static (BigInteger X, BigInteger Y, BigInteger Z) Add((BigInteger X, BigInteger Y, BigInteger Z) p, (BigInteger X, BigInteger Y, BigInteger Z) q)
    {
        var z = Mod(p.Z * q.Z);
        var zz = Mod(z * z);
        var xx = Mod(p.X * q.X);
        var yy = Mod(p.Y * q.Y);
        var e = Mod(s_d * xx * yy);
        var (minus, plus) = (Mod(zz - e), Mod(zz + e));
        return (Mod(z * minus * ((p.X * q.Y) + (q.X * p.Y))), Mod(z * plus * (yy + xx)), Mod(minus * plus));
    }

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(value, P - 2, P);

    private static BigInteger Mod(BigInteger value)
    {
        var rest = value % P;
        return rest.Sign < 0 ? rest + P : rest;
    }
}
