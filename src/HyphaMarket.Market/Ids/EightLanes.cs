using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HyphaMarket.Market.Ids;

/// <summary>Eight messages in vectors of 256 bits.</summary>
internal readonly struct EightLanes : ILanes<Vector256<uint>>
{
    /// <summary>The bytes of each word the other way round.</summary>
    private static readonly Vector256<byte> s_bigEndian = Vector256.Create(
        (byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 19, 18, 17, 16, 23, 22, 21, 20, 27, 26, 25, 24, 31, 30, 29, 28);

    public static int Count => Vector256<uint>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Same(uint word) => Vector256.Create(word);

    public static Vector256<uint> Of(ReadOnlySpan<uint> words) => Vector256.Create(words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> left, Vector256<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> RotateRight(Vector256<uint> value, [ConstantExpected] byte bits) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(value, bits) : (value >>> bits) | (value << (32 - bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> ShiftRight(Vector256<uint> value, [ConstantExpected] byte bits) => value >>> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Xor(Vector256<uint> first, Vector256<uint> second, Vector256<uint> third) => first ^ second ^ third;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Choose(Vector256<uint> first, Vector256<uint> second, Vector256<uint> third) => Vector256.ConditionalSelect(first, second, third);

    // Where two agree they are the majority, else the third is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Majority(Vector256<uint> first, Vector256<uint> second, Vector256<uint> third) => Vector256.ConditionalSelect(first ^ second, third, first);

    public static Vector256<uint> Above(Vector256<uint> numbers, Vector256<uint> bound) => Vector256.GreaterThan(numbers, bound);

    public static void Load(ReadOnlySpan<byte> blocks, int step, Span<Vector256<uint>> words)
    {
        if (Avx2.IsSupported)
        {
            Transpose(blocks, step, words);
            Transpose(blocks[(Sha256.WordsOfBlock / 2 * sizeof(uint))..], step, words[(Sha256.WordsOfBlock / 2)..]);
            return;
        }

        Span<uint> lanes = stackalloc uint[Count];
        for (var word = 0; word < Sha256.WordsOfBlock; word++)
        {
            for (var lane = 0; lane < Count; lane++) lanes[lane] = BinaryPrimitives.ReadUInt32BigEndian(blocks[((lane * step) + (word * sizeof(uint)))..]);
            words[word] = Of(lanes);
        }
    }

    /// <summary>Eight words of each lane become eight vectors of one word of all lanes.</summary>
    private static void Transpose(ReadOnlySpan<byte> lanes, int step, Span<Vector256<uint>> words)
    {
        // By twos, by fours, by halves.
        var (a, b) = (Words(lanes, 0 * step), Words(lanes, 1 * step));
        var (c, d) = (Words(lanes, 2 * step), Words(lanes, 3 * step));
        var (e, f) = (Words(lanes, 4 * step), Words(lanes, 5 * step));
        var (g, h) = (Words(lanes, 6 * step), Words(lanes, 7 * step));
        var (abLow, abHigh) = (Avx2.UnpackLow(a, b).AsUInt64(), Avx2.UnpackHigh(a, b).AsUInt64());
        var (cdLow, cdHigh) = (Avx2.UnpackLow(c, d).AsUInt64(), Avx2.UnpackHigh(c, d).AsUInt64());
        var (efLow, efHigh) = (Avx2.UnpackLow(e, f).AsUInt64(), Avx2.UnpackHigh(e, f).AsUInt64());
        var (ghLow, ghHigh) = (Avx2.UnpackLow(g, h).AsUInt64(), Avx2.UnpackHigh(g, h).AsUInt64());
        Join(Avx2.UnpackLow(abLow, cdLow), Avx2.UnpackLow(efLow, ghLow), words, 0);
        Join(Avx2.UnpackHigh(abLow, cdLow), Avx2.UnpackHigh(efLow, ghLow), words, 1);
        Join(Avx2.UnpackLow(abHigh, cdHigh), Avx2.UnpackLow(efHigh, ghHigh), words, 2);
        Join(Avx2.UnpackHigh(abHigh, cdHigh), Avx2.UnpackHigh(efHigh, ghHigh), words, 3);

        static Vector256<uint> Words(ReadOnlySpan<byte> lanes, int at) => Vector256.Shuffle(Vector256.Create(lanes.Slice(at, Vector256<byte>.Count)), s_bigEndian).AsUInt32();

        static void Join(Vector256<ulong> left, Vector256<ulong> right, Span<Vector256<uint>> words, int word)
        {
            words[word] = Avx2.Permute2x128(left.AsUInt32(), right.AsUInt32(), 0x20);
            words[word + 4] = Avx2.Permute2x128(left.AsUInt32(), right.AsUInt32(), 0x31);
        }
    }
}
