namespace HyphaMarket.Libp2p.Crypto;

/// <summary>The checks on encoded points and scalars that come before any curve arithmetic.</summary>
internal static class Ed25519Encoding
{
    // L = 2^252 + 27742317777372353535851937790883648493, the order of the base point, little-endian.
    private static ReadOnlySpan<byte> Order =>
    [
        0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10,
    ];

    // p = 2^255 - 19, the field's prime, little-endian.
    private static ReadOnlySpan<byte> Prime =>
    [
        0xED, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F,
    ];

    // The y of the four points of order 8 (two values, each with both signs of x); the other small orders have y of 1, p - 1 and 0.
    private static ReadOnlySpan<byte> OrderEightY =>
    [
        0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
        0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
        0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
        0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
    ];

    /// <summary>RFC 8032 5.1.7: "Decode the second half as an integer S, in the range 0 &lt;= s &lt; L. If ... decoding fails (including S being out of range), the signature is invalid."</summary>
    public static bool IsCanonicalScalar(ReadOnlySpan<byte> scalar) => IsBelow(scalar, Order);

    /// <summary>True for a canonical encoding (RFC 8032 5.1.3: y below p, no sign on x = 0) of a point that is not of small order.</summary>
    public static bool IsStrictPoint(ReadOnlySpan<byte> point)
    {
        Span<byte> y = stackalloc byte[32];
        point.CopyTo(y);
        y[31] &= 0x7F;
        if (!IsBelow(y, Prime)) return false;
        // x is 0 only for y = 1 and y = p - 1. Both are of small order, so the rule on the sign of x = 0 is within this one.
        // Comparing y alone covers both signs, that is all eight points.
        return !IsSmall(y) && !y.SequenceEqual(OrderEightY[..32]) && !y.SequenceEqual(OrderEightY[32..]);
    }

    // y of 0, 1 or p - 1: the points of order 4, 1 and 2.
    private static bool IsSmall(ReadOnlySpan<byte> y)
    {
        if (y[0] == 0xEC) return y[1..].SequenceEqual(Prime[1..]);
        return y[0] <= 1 && y[1..].IndexOfAnyExcept((byte)0) < 0;
    }

    private static bool IsBelow(ReadOnlySpan<byte> value, ReadOnlySpan<byte> limit)
    {
        for (var i = 31; i >= 0; i--)
        {
            if (value[i] != limit[i]) return value[i] < limit[i];
        }
        return false;
    }
}
