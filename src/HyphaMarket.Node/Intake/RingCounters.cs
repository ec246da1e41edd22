using System.Runtime.InteropServices;

namespace HyphaMarket.Node.Intake;

/// <summary>The counters of a <see cref="SpscRing{T}"/>: each side's own two on a pair of cache lines of their own, since processors fetch lines in pairs of 128 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 512)]
internal struct RingCounters
{
    [FieldOffset(128)] public long Published;
    [FieldOffset(136)] public long TakenAsSeen;
    [FieldOffset(256)] public long Taken;
    [FieldOffset(264)] public long PublishedAsSeen;
}
