using System.Buffers;
using System.Collections.Concurrent;
using System.Numerics;

namespace HyphaMarket.Libp2p.Muxing;

/// <summary>Arrays for bytes on their way: those of the few large sizes of bulk traffic go round in queues of their own before the shared pool is asked.</summary>
/// <remarks>
/// The shared pool keeps an array of each size with every thread. Where reads and writes end on other threads than they began, as with sockets, it
/// makes new ones all the time: 0.06 to 0.12 bytes for each byte of bulk. What a queue has no room for (a window's worth of segments that nobody reads) is the
/// shared pool's, which gives it up again.
/// </remarks>
internal static class BulkBuffers
{
    private const int Smallest = 64 * 1024, Largest = 256 * 1024;

    /// <summary>Arrays kept of each size: a reader's, a writer's and both outputs of two connections at full speed; 3.5 MiB of all sizes.</summary>
    private const int MaxKept = 8;

    private static readonly ConcurrentQueue<byte[]>[] s_kept = [[], [], []];

    /// <summary>An array of at least so many bytes, whose content is whatever was there before.</summary>
    public static byte[] Rent(int bytes)
    {
        if (bytes is <= Smallest / 2 or > Largest) return ArrayPool<byte>.Shared.Rent(bytes);
        var size = Math.Max(Smallest, (int)BitOperations.RoundUpToPowerOf2((uint)bytes));
        return KeptOf(size)!.TryDequeue(out var kept) ? kept : ArrayPool<byte>.Shared.Rent(size);
    }

    /// <summary>Takes back what <see cref="Rent"/> gave, once.</summary>
    public static void Return(byte[] array)
    {
        if (KeptOf(array.Length) is { } kept && kept.Count < MaxKept) kept.Enqueue(array);
        else ArrayPool<byte>.Shared.Return(array);
    }

    private static ConcurrentQueue<byte[]>? KeptOf(int size) => size switch
    {
        Smallest => s_kept[0],
        Smallest * 2 => s_kept[1],
        Largest => s_kept[2],
        _ => null,
    };
}
