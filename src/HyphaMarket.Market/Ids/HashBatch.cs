using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HyphaMarket.Market.Ids;

/// <summary>SHA-256 of many short messages at once, eight side by side in the lanes of a vector; where the processor has none, one after the other by the class library.</summary>
/// <remarks>
/// A message alone is hashed by <see cref="Sha256"/>; side by side they take half of its time. Written to
/// FIPS 180-4; the tests hold every length against the class library.
/// </remarks>
public static class HashBatch
{
    private const int Lanes = 8, BlockBytes = 64, Rounds = 64;

    /// <summary>Longer messages go to the class library, which is as fast on them.</summary>
    private const int LongestBytes = 4096;

    // "The first thirty-two bits of the fractional parts of the cube roots of the first sixty-four prime numbers."
    private static ReadOnlySpan<uint> RoundConstants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>The bytes of each word the other way round.</summary>
    private static readonly Vector256<byte> s_bigEndian = Vector256.Create(
        (byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 19, 18, 17, 16, 23, 22, 21, 20, 27, 26, 25, 24, 31, 30, 29, 28);

    // "The first thirty-two bits of the fractional parts of the square roots of the first eight prime numbers."
    private static ReadOnlySpan<uint> InitialState => [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    /// <summary>SHA-256(prefix + message) of each message.</summary>
    /// <exception cref="ArgumentException">Fewer places than messages.</exception>
    public static void Of(ReadOnlySpan<byte> prefix, ReadOnlySpan<ReadOnlyMemory<byte>> messages, Span<Hash256> hashes)
    {
        if (hashes.Length < messages.Length) throw new ArgumentException($"There are {messages.Length} messages and {hashes.Length} places for hashes.", nameof(hashes));
        for (; messages.Length >= Lanes && Vector256.IsHardwareAccelerated; messages = messages[Lanes..], hashes = hashes[Lanes..])
        {
            var longest = 0;
            foreach (var message in messages[..Lanes]) longest = Math.Max(longest, prefix.Length + message.Length);
            if (longest > LongestBytes) OneByOne(prefix, messages[..Lanes], hashes);
            else SideBySide(prefix, messages[..Lanes], hashes, BlocksOf(longest));
        }

        OneByOne(prefix, messages, hashes);
    }

    /// <summary>SHA-256(first + second) of each second.</summary>
    /// <exception cref="ArgumentException">Fewer places than hashes.</exception>
    public static void OfPairs(Hash256 first, ReadOnlySpan<Hash256> seconds, Span<Hash256> hashes)
    {
        if (hashes.Length < seconds.Length) throw new ArgumentException($"There are {seconds.Length} hashes and {hashes.Length} places for theirs.", nameof(hashes));
        Span<byte> pairs = stackalloc byte[Lanes * BlockBytes];
        for (var lane = 0; lane < Lanes; lane++) first.CopyTo(pairs[(lane * BlockBytes)..]);
        while (seconds.Length > 1 && Vector256.IsHardwareAccelerated)
        {
            var lanes = Math.Min(Lanes, seconds.Length);
            PairsSideBySide(pairs, seconds[..lanes], hashes);
            seconds = seconds[lanes..];
            hashes = hashes[lanes..];
        }

        var pair = pairs[..BlockBytes];
        for (var i = 0; i < seconds.Length; i++)
        {
            seconds[i].CopyTo(pair[Hash256.Size..]);
            hashes[i] = Hash256.Of(pair);
        }
    }

    /// <summary>Up to eight; lanes without one work for nothing.</summary>
    /// <param name="pairs">Eight blocks, of which the first halves are set.</param>
    private static void PairsSideBySide(Span<byte> pairs, ReadOnlySpan<Hash256> seconds, Span<Hash256> hashes)
    {
        Span<Vector256<uint>> state = stackalloc Vector256<uint>[8];
        Span<Vector256<uint>> words = stackalloc Vector256<uint>[Rounds];
        for (var i = 0; i < 8; i++) state[i] = Vector256.Create(InitialState[i]);
        for (var lane = 0; lane < seconds.Length; lane++) seconds[lane].CopyTo(pairs[((lane * BlockBytes) + Hash256.Size)..]);
        Load(pairs, 1, 0, words);
        Compress(state, words, Vector256<uint>.AllBitsSet);
        // The second block is a bit, zeros, and the length of the first, 512 bits.
        words[..16].Clear();
        (words[0], words[15]) = (Vector256.Create(0x8000_0000u), Vector256.Create((uint)BlockBytes * 8));
        Expand(words);
        Compress(state, words, Vector256<uint>.AllBitsSet);
        Read(state, hashes, seconds.Length);
    }

    private static void OneByOne(ReadOnlySpan<byte> prefix, ReadOnlySpan<ReadOnlyMemory<byte>> messages, Span<Hash256> hashes)
    {
        for (var i = 0; i < messages.Length; i++) hashes[i] = Hash256.Of(prefix, messages[i].Span);
    }

    /// <summary>A message is followed by a bit, zeros, and its length in eight bytes.</summary>
    private static int BlocksOf(int bytes) => (bytes + 1 + sizeof(ulong) + BlockBytes - 1) / BlockBytes;

    private static void SideBySide(ReadOnlySpan<byte> prefix, ReadOnlySpan<ReadOnlyMemory<byte>> messages, Span<Hash256> hashes, int most)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Lanes * most * BlockBytes);
        var padded = rented.AsSpan(0, Lanes * most * BlockBytes);
        padded.Clear();
        Span<uint> blocks = stackalloc uint[Lanes];
        for (var lane = 0; lane < Lanes; lane++)
        {
            var place = padded.Slice(lane * most * BlockBytes, most * BlockBytes);
            var message = messages[lane].Span;
            prefix.CopyTo(place);
            message.CopyTo(place[prefix.Length..]);
            var length = prefix.Length + message.Length;
            place[length] = 0x80;
            blocks[lane] = (uint)BlocksOf(length);
            BinaryPrimitives.WriteUInt64BigEndian(place[(((int)blocks[lane] * BlockBytes) - sizeof(ulong))..], (ulong)length * 8);
        }

        Span<Vector256<uint>> state = stackalloc Vector256<uint>[8];
        Span<Vector256<uint>> words = stackalloc Vector256<uint>[Rounds];
        for (var i = 0; i < 8; i++) state[i] = Vector256.Create(InitialState[i]);
        var counts = Vector256.Create<uint>(blocks);
        for (var block = 0; block < most; block++)
        {
            Load(padded, most, block, words);
            // A lane whose message has ended keeps its state.
            Compress(state, words, Vector256.GreaterThan(counts, Vector256.Create((uint)block)));
        }

        Read(state, hashes, Lanes);
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>The hashes of the first lanes.</summary>
    private static void Read(ReadOnlySpan<Vector256<uint>> state, Span<Hash256> hashes, int lanes)
    {
        var digests = MemoryMarshal.Cast<Vector256<uint>, uint>(state);
        for (var lane = 0; lane < lanes; lane++) hashes[lane] = new Hash256(Pair(digests, lane, 0), Pair(digests, lane, 2), Pair(digests, lane, 4), Pair(digests, lane, 6));
    }

    private static ulong Pair(ReadOnlySpan<uint> digests, int lane, int word) => ((ulong)digests[(word * Lanes) + lane] << 32) | digests[((word + 1) * Lanes) + lane];

    /// <summary>The sixteen words of a block, of all lanes, and those that follow from them.</summary>
    private static void Load(ReadOnlySpan<byte> padded, int most, int block, Span<Vector256<uint>> words)
    {
        var (start, step) = (block * BlockBytes, most * BlockBytes);
        if (Avx2.IsSupported)
        {
            Transpose(padded[start..], step, words);
            Transpose(padded[(start + (BlockBytes / 2))..], step, words[8..]);
        }
        else
        {
            Span<uint> lanes = stackalloc uint[Lanes];
            for (var t = 0; t < 16; t++)
            {
                for (var lane = 0; lane < Lanes; lane++) lanes[lane] = BinaryPrimitives.ReadUInt32BigEndian(padded[(start + (lane * step) + (t * sizeof(uint)))..]);
                words[t] = Vector256.Create<uint>(lanes);
            }
        }

        Expand(words);
    }

    /// <summary>The words of a block that follow from its first sixteen.</summary>
    private static void Expand(Span<Vector256<uint>> words)
    {
        for (var t = 16; t < Rounds; t++)
        {
            var (near, far) = (words[t - 2], words[t - 15]);
            var first = RotateRight(near, 17) ^ RotateRight(near, 19) ^ (near >>> 10);
            var second = RotateRight(far, 7) ^ RotateRight(far, 18) ^ (far >>> 3);
            words[t] = first + words[t - 7] + second + words[t - 16];
        }
    }

    /// <summary>Eight words of each lane become eight vectors of one word of all lanes.</summary>
    /// <param name="step">Bytes from one lane's words to the next one's.</param>
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

    private static void Compress(Span<Vector256<uint>> state, ReadOnlySpan<Vector256<uint>> words, Vector256<uint> isOpen)
    {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        for (var t = 0; t < Rounds; t++)
        {
            var sum1 = RotateRight(e, 6) ^ RotateRight(e, 11) ^ RotateRight(e, 25);
            var choice = Vector256.ConditionalSelect(e, f, g);
            var next1 = h + sum1 + choice + Vector256.Create(RoundConstants[t]) + words[t];
            var sum0 = RotateRight(a, 2) ^ RotateRight(a, 13) ^ RotateRight(a, 22);
            // Where two agree they are the majority, else the third is.
            var next2 = sum0 + Vector256.ConditionalSelect(a ^ b, c, a);
            (h, g, f, e) = (g, f, e, d + next1);
            (d, c, b, a) = (c, b, a, next1 + next2);
        }

        Span<Vector256<uint>> next = [a, b, c, d, e, f, g, h];
        for (var i = 0; i < 8; i++) state[i] = Vector256.ConditionalSelect(isOpen, state[i] + next[i], state[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateRight(Vector256<uint> value, [ConstantExpected] byte bits) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(value, bits) : (value >>> bits) | (value << (32 - bits));
}
