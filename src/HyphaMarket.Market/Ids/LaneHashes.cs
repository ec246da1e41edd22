using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace HyphaMarket.Market.Ids;

/// <summary>SHA-256 of as many messages side by side as a vector has lanes. Written to FIPS 180-4.</summary>
internal static class LaneHashes<TVector, TLanes>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    private const int BlockBytes = 64, WordsOfState = 8, Rounds = 64;

    // "The first thirty-two bits of the fractional parts of the cube roots of the first sixty-four prime numbers."
    private static ReadOnlySpan<uint> RoundConstants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    // "The first thirty-two bits of the fractional parts of the square roots of the first eight prime numbers."
    private static ReadOnlySpan<uint> InitialState => [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    /// <summary>SHA-256(prefix + message) of as many messages as there are lanes.</summary>
    /// <param name="longest">Bytes of the longest, with the prefix.</param>
    public static void Of(ReadOnlySpan<byte> prefix, ReadOnlySpan<ReadOnlyMemory<byte>> messages, int longest, Span<Hash256> hashes)
    {
        var most = BlocksOf(longest);
        var rented = ArrayPool<byte>.Shared.Rent(TLanes.Count * most * BlockBytes);
        var padded = rented.AsSpan(0, TLanes.Count * most * BlockBytes);
        padded.Clear();
        Span<uint> blocks = stackalloc uint[TLanes.Count];
        for (var lane = 0; lane < blocks.Length; lane++)
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

        Span<TVector> state = stackalloc TVector[WordsOfState];
        Span<TVector> words = stackalloc TVector[Rounds];
        Begin(state);
        var counts = TLanes.Of(blocks);
        for (var block = 0; block < most; block++)
        {
            TLanes.Load(padded[(block * BlockBytes)..], most * BlockBytes, words);
            Expand(words);
            // A lane whose message has ended keeps its state.
            Compress(state, words, TLanes.Above(counts, TLanes.Same((uint)block)));
        }

        Read(state, hashes[..TLanes.Count]);
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>SHA-256(first + second) of each second; of at most as many as there are lanes, and lanes without one work for nothing.</summary>
    public static void OfPairs(Hash256 first, ReadOnlySpan<Hash256> seconds, Span<Hash256> hashes)
    {
        Span<byte> pairs = stackalloc byte[TLanes.Count * BlockBytes];
        for (var lane = 0; lane < seconds.Length; lane++)
        {
            first.CopyTo(pairs[(lane * BlockBytes)..]);
            seconds[lane].CopyTo(pairs[((lane * BlockBytes) + Hash256.Size)..]);
        }

        Span<TVector> state = stackalloc TVector[WordsOfState];
        Span<TVector> words = stackalloc TVector[Rounds];
        Begin(state);
        var all = TLanes.Same(uint.MaxValue);
        TLanes.Load(pairs, BlockBytes, words);
        Expand(words);
        Compress(state, words, all);
        // The second block is a bit, zeros, and the length of the first, 512 bits.
        words[..Sha256.WordsOfBlock].Clear();
        (words[0], words[Sha256.WordsOfBlock - 1]) = (TLanes.Same(0x8000_0000u), TLanes.Same((uint)BlockBytes * 8));
        Expand(words);
        Compress(state, words, all);
        Read(state, hashes[..seconds.Length]);
    }

    /// <summary>A message is followed by a bit, zeros, and its length in eight bytes.</summary>
    private static int BlocksOf(int bytes) => (bytes + 1 + sizeof(ulong) + BlockBytes - 1) / BlockBytes;

    private static void Begin(Span<TVector> state)
    {
        for (var i = 0; i < state.Length; i++) state[i] = TLanes.Same(InitialState[i]);
    }

    /// <summary>The hashes of the first lanes.</summary>
    private static void Read(ReadOnlySpan<TVector> state, Span<Hash256> hashes)
    {
        var digests = MemoryMarshal.Cast<TVector, uint>(state);
        for (var lane = 0; lane < hashes.Length; lane++) hashes[lane] = new Hash256(Pair(digests, lane, 0), Pair(digests, lane, 2), Pair(digests, lane, 4), Pair(digests, lane, 6));
    }

    private static ulong Pair(ReadOnlySpan<uint> digests, int lane, int word) => ((ulong)digests[(word * TLanes.Count) + lane] << 32) | digests[((word + 1) * TLanes.Count) + lane];

    /// <summary>The words of a block that follow from its first sixteen.</summary>
    private static void Expand(Span<TVector> words)
    {
        for (var t = Sha256.WordsOfBlock; t < words.Length; t++)
        {
            var (near, far) = (words[t - 2], words[t - 15]);
            var first = TLanes.Xor(TLanes.RotateRight(near, 17), TLanes.RotateRight(near, 19), TLanes.ShiftRight(near, 10));
            var second = TLanes.Xor(TLanes.RotateRight(far, 7), TLanes.RotateRight(far, 18), TLanes.ShiftRight(far, 3));
            // What is there first is added first: only the last sum waits for the word before the last.
            words[t] = TLanes.Add(first, TLanes.Add(second, TLanes.Add(words[t - 7], words[t - 16])));
        }
    }

    private static void Compress(Span<TVector> state, ReadOnlySpan<TVector> words, TVector isOpen)
    {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        for (var t = 0; t < words.Length; t++)
        {
            // The next round waits for e: what does not need it is added before.
            var rest = TLanes.Add(TLanes.Add(h, TLanes.Same(RoundConstants[t])), words[t]);
            var sum1 = TLanes.Xor(TLanes.RotateRight(e, 6), TLanes.RotateRight(e, 11), TLanes.RotateRight(e, 25));
            var next1 = TLanes.Add(TLanes.Add(rest, TLanes.Choose(e, f, g)), sum1);
            var sum0 = TLanes.Xor(TLanes.RotateRight(a, 2), TLanes.RotateRight(a, 13), TLanes.RotateRight(a, 22));
            var next2 = TLanes.Add(sum0, TLanes.Majority(a, b, c));
            (h, g, f, e) = (g, f, e, TLanes.Add(d, next1));
            (d, c, b, a) = (c, b, a, TLanes.Add(next1, next2));
        }

        Keep(state, 0, isOpen, a);
        Keep(state, 1, isOpen, b);
        Keep(state, 2, isOpen, c);
        Keep(state, 3, isOpen, d);
        Keep(state, 4, isOpen, e);
        Keep(state, 5, isOpen, f);
        Keep(state, 6, isOpen, g);
        Keep(state, 7, isOpen, h);
    }

    private static void Keep(Span<TVector> state, int word, TVector isOpen, TVector next) => state[word] = TLanes.Choose(isOpen, TLanes.Add(state[word], next), state[word]);
}
