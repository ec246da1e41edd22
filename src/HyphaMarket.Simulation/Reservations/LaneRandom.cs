using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HyphaMarket.Simulation.Reservations;

/// <summary>
/// Four generators xoshiro256++ (Blackman and Vigna) side by side, one in each lane of a vector: a table of the study takes eleven thousand million pairs of
/// random numbers, and System.Random would take minutes for them.
/// </summary>
/// <remarks>A value type with four fields, so that a loop keeps it in registers; copies go on from where they were made, each by itself.</remarks>
internal struct LaneRandom
{
    private Vector256<ulong> _a;
    private Vector256<ulong> _b;
    private Vector256<ulong> _c;
    private Vector256<ulong> _d;

    /// <param name="stream">Different streams of one seed have nothing in common.</param>
    public LaneRandom(int seed, int stream)
    {
        // Seeded as its authors advise, by SplitMix64; seed and stream are the halves of its state.
        var state = ((ulong)(uint)seed << 32) | (uint)stream;
        Span<ulong> words = stackalloc ulong[16];
        foreach (ref var word in words) word = SplitMix(ref state);
        (_a, _b, _c, _d) = (Vector256.Create<ulong>(words), Vector256.Create<ulong>(words[4..]), Vector256.Create<ulong>(words[8..]), Vector256.Create<ulong>(words[12..]));
    }

    internal LaneRandom(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c, Vector256<ulong> d) => (_a, _b, _c, _d) = (a, b, c, d);

    /// <summary>64 random bits in each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<ulong> Next()
    {
        var result = RotateLeft(_a + _d, 23) + _a;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Two random numbers in each lane, from 0 up to but not 1, in steps of 2^-32: finer than anything that is measured, and half the work.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Next(out Vector256<double> first, out Vector256<double> second)
    {
        var bits = Next();
        (first, second) = (Fraction(bits >>> 32), Fraction(bits & Vector256.Create(0xffff_fffful)));
    }

    /// <summary>One random number, from the first lane.</summary>
    public double NextFraction()
    {
        Next(out var first, out _);
        return first[0];
    }

    /// <summary>32 bits to a fraction: as the lowest bits of a double they count up from 2^52, which is taken off again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Fraction(Vector256<ulong> bits) =>
        ((bits | Vector256.Create(0x4330_0000_0000_0000ul)).AsDouble() - Vector256.Create(4_503_599_627_370_496.0)) * Vector256.Create(1.0 / 4_294_967_296.0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> RotateLeft(Vector256<ulong> value, int bits) => (value << bits) | (value >>> (64 - bits));

    private static ulong SplitMix(ref ulong state)
    {
        var z = state += 0x9e37_79b9_7f4a_7c15;
        z = (z ^ (z >> 30)) * 0xbf58_476d_1ce4_e5b9;
        z = (z ^ (z >> 27)) * 0x94d0_49bb_1331_11eb;
        return z ^ (z >> 31);
    }
}
