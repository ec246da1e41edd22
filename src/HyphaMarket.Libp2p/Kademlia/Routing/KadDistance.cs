using System.Numerics;

namespace HyphaMarket.Libp2p.Kademlia.Routing;

/// <summary>The XOR of two points of the key space, ordered as a 256-bit unsigned number.</summary>
public readonly record struct KadDistance : IComparable<KadDistance>
{
    /// <summary>Bits of the key space; the common prefix of a point with itself.</summary>
    public const int Bits = 256;

    private readonly ulong _word0;
    private readonly ulong _word1;
    private readonly ulong _word2;
    private readonly ulong _word3;

    internal KadDistance(ulong word0, ulong word1, ulong word2, ulong word3)
    {
        _word0 = word0;
        _word1 = word1;
        _word2 = word2;
        _word3 = word3;
    }

    /// <summary>Leading bits that both points share, from 0 (the far half of the space) to 256 (the same point).</summary>
    public int CommonPrefixLength =>
        _word0 != 0 ? BitOperations.LeadingZeroCount(_word0)
        : _word1 != 0 ? 64 + BitOperations.LeadingZeroCount(_word1)
        : _word2 != 0 ? 128 + BitOperations.LeadingZeroCount(_word2)
        : 192 + BitOperations.LeadingZeroCount(_word3);

    /// <summary>The distance as a share of the whole space, from 0 to below 1 (a double's precision).</summary>
    public double Fraction => Math.ScaleB(_word0, -64) + Math.ScaleB(_word1, -128);

    public int CompareTo(KadDistance other)
    {
        if (_word0 != other._word0) return _word0.CompareTo(other._word0);
        if (_word1 != other._word1) return _word1.CompareTo(other._word1);
        if (_word2 != other._word2) return _word2.CompareTo(other._word2);
        return _word3.CompareTo(other._word3);
    }

    public static bool operator <(KadDistance left, KadDistance right) => left.CompareTo(right) < 0;
    public static bool operator >(KadDistance left, KadDistance right) => left.CompareTo(right) > 0;
    public static bool operator <=(KadDistance left, KadDistance right) => left.CompareTo(right) <= 0;
    public static bool operator >=(KadDistance left, KadDistance right) => left.CompareTo(right) >= 0;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{_word0:x16}{_word1:x16}{_word2:x16}{_word3:x16}";
}
