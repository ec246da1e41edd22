using System.Buffers.Binary;
using System.Numerics;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Market.Offers;

/// <summary>Hashcash over a record's id: SHA-256(record id, 32 bytes + nonce, 8 bytes big-endian) must start with enough zero bits.</summary>
/// <remarks>Work slows a flood down and makes its sender pay; it does not stop a rich one.</remarks>
public static class ProofOfWork
{
    /// <summary>No network asks for more: 2^40 hashes take one core days.</summary>
    public const int MaxBits = 40;

    /// <summary>The zero bits that a record owes: network bits + ceil(log2 quantity) + ceil(log2 bundle size).</summary>
    /// <param name="networkBits">Of the network's parameters, or what a broker asks of its own submitters under load.</param>
    /// <param name="quantity">Units offered; at least 1.</param>
    /// <param name="bundleSize">Leaves of the bundle that authorises the record; 1 without one.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative number of bits, or a quantity or size below 1.</exception>
    public static int RequiredBits(int networkBits, int quantity, int bundleSize = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(networkBits);
        return networkBits + CeilLog2(quantity) + CeilLog2(bundleSize);
    }

    /// <summary>The leading zero bits of SHA-256(id + nonce): 0 to 256.</summary>
    public static int BitsOf(Hash256 id, ulong nonce)
    {
        Span<byte> message = stackalloc byte[Hash256.Size + sizeof(ulong)];
        id.CopyTo(message);
        return BitsOf(message, nonce);
    }

    /// <inheritdoc cref="BitsOf(Hash256, ulong)"/>
    public static int BitsOf(OfferId id, ulong nonce) => BitsOf(id.Value, nonce);

    /// <summary>Whether the nonce shows at least this many bits of work.</summary>
    public static bool Check(Hash256 id, ulong nonce, int bits) => bits <= 0 || BitsOf(id, nonce) >= bits;

    /// <inheritdoc cref="Check(Hash256, ulong, int)"/>
    public static bool Check(OfferId id, ulong nonce, int bits) => Check(id.Value, nonce, bits);

    /// <summary>SHA-256(id + nonce) of each id and its nonce, side by side: as many <see cref="Hash256.LeadingZeros"/> as it has show so much work.</summary>
    public static Hash256[] HashesOf(ReadOnlySpan<Hash256> ids, ReadOnlySpan<ulong> nonces)
    {
        const int size = Hash256.Size + sizeof(ulong);
        var (bytes, messages, hashes) = (new byte[ids.Length * size], new ReadOnlyMemory<byte>[ids.Length], new Hash256[ids.Length]);
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i].CopyTo(bytes.AsSpan(i * size));
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan((i * size) + Hash256.Size), nonces[i]);
            messages[i] = bytes.AsMemory(i * size, size);
        }

        HashBatch.Of([], messages, hashes);
        return hashes;
    }

    /// <summary>Tries <paramref name="maxTries"/> nonces from <paramref name="startNonce"/> on (wrapping at 2^64); the caller decides about going on.</summary>
    /// <param name="bits">0 to <see cref="MaxBits"/>; a find takes 2^bits tries on average.</param>
    /// <param name="nonce">The nonce found, or the one to go on from.</param>
    /// <exception cref="ArgumentOutOfRangeException">Bits or tries out of range.</exception>
    public static bool TrySearch(Hash256 id, int bits, ulong startNonce, long maxTries, out ulong nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, MaxBits);
        ArgumentOutOfRangeException.ThrowIfNegative(maxTries);
        Span<byte> message = stackalloc byte[Hash256.Size + sizeof(ulong)];
        id.CopyTo(message);
        nonce = startNonce;
        if (bits == 0 && maxTries > 0) return true;
        for (var tries = 0L; tries < maxTries; tries++, nonce = unchecked(nonce + 1))
        {
            if (BitsOf(message, nonce) >= bits) return true;
        }

        return false;
    }

    /// <inheritdoc cref="TrySearch(Hash256, int, ulong, long, out ulong)"/>
    public static bool TrySearch(OfferId id, int bits, ulong startNonce, long maxTries, out ulong nonce) => TrySearch(id.Value, bits, startNonce, maxTries, out nonce);

    private static int BitsOf(Span<byte> message, ulong nonce)
    {
        BinaryPrimitives.WriteUInt64BigEndian(message[Hash256.Size..], nonce);
        return Hash256.Of(message).LeadingZeros;
    }

    private static int CeilLog2(int value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
        return 32 - BitOperations.LeadingZeroCount((uint)value - 1);
    }
}
