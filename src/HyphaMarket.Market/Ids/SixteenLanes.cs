using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HyphaMarket.Market.Ids;

/// <summary>Sixteen messages in vectors of 512 bits, with AVX-512: one instruction rotates, and one makes any function of three words.</summary>
internal readonly struct SixteenLanes : ILanes<Vector512<uint>>
{
    /// <summary>The function of three bits as its table: bit 4a + 2b + c of each is what becomes of a, b and c.</summary>
    private const byte XorOfAll = 0x96, FirstChooses = 0xca, MostOfAll = 0xe8;

    public static bool IsSupported => Avx512F.IsSupported && Vector512.IsHardwareAccelerated;

    public static int Count => Vector512<uint>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Same(uint word) => Vector512.Create(word);

    public static Vector512<uint> Of(ReadOnlySpan<uint> words) => Vector512.Create(words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Add(Vector512<uint> left, Vector512<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> RotateRight(Vector512<uint> value, [ConstantExpected] byte bits) => Avx512F.RotateRight(value, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> ShiftRight(Vector512<uint> value, [ConstantExpected] byte bits) => value >>> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Xor(Vector512<uint> first, Vector512<uint> second, Vector512<uint> third) => Avx512F.TernaryLogic(first, second, third, XorOfAll);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Choose(Vector512<uint> first, Vector512<uint> second, Vector512<uint> third) => Avx512F.TernaryLogic(first, second, third, FirstChooses);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Majority(Vector512<uint> first, Vector512<uint> second, Vector512<uint> third) => Avx512F.TernaryLogic(first, second, third, MostOfAll);

    public static Vector512<uint> Above(Vector512<uint> numbers, Vector512<uint> bound) => Vector512.GreaterThan(numbers, bound);

    public static void Load(ReadOnlySpan<byte> blocks, int step, Span<Vector512<uint>> words)
    {
        Span<Vector256<uint>> lower = stackalloc Vector256<uint>[Sha256.WordsOfBlock], upper = stackalloc Vector256<uint>[Sha256.WordsOfBlock];
        EightLanes.Load(blocks, step, lower);
        EightLanes.Load(blocks[(EightLanes.Count * step)..], step, upper);
        for (var word = 0; word < Sha256.WordsOfBlock; word++) words[word] = Vector512.Create(lower[word], upper[word]);
    }
}
