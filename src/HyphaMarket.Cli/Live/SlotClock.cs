using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Cli.Live;

/// <summary>Where a network is in its slot, from what its node told once.</summary>
/// <param name="Started">When slot <paramref name="Slot"/> began.</param>
internal sealed record SlotClock(long Slot, DateTimeOffset Started, TimeSpan Length)
{
    /// <summary>Null for a node of an older version, which does not tell when its slot began.</summary>
    public static SlotClock? Of(NodeStatus status) => status.SlotStartedAt == default ? null : new SlotClock(status.Slot, status.SlotStartedAt, TimeSpan.FromMilliseconds(status.SlotLengthMs));

    /// <summary>The slot of now and how much of it is over, from 0 to 1.</summary>
    public (long Slot, double Over) At(DateTimeOffset now)
    {
        var slots = (now - Started) / Length;
        var whole = Math.Floor(slots);
        return (Slot + (long)whole, slots - whole);
    }

    /// <summary>A line for people: offers are taken in even slots and matched in odd ones.</summary>
    public string Text(DateTimeOffset now)
    {
        const int width = 20;
        var (slot, over) = At(now);
        var filled = (int)(over * width);
        return $"slot {slot} {(slot % 2 == 0 ? "collects" : "matches ")} {new string('━', filled)}{new string('─', width - filled)}";
    }
}
