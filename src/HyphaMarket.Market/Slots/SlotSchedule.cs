namespace HyphaMarket.Market.Slots;

/// <summary>The arithmetic of time slots: which slot an instant is in, and when each phase of a match slot starts and ends.</summary>
/// <remarks>
/// All members are pure functions of the network's parameters. Instants and slots so far away that they do not fit saturate at
/// the ends of the range instead of wrapping around, so that a slot number out of a hostile message stays merely far away.
/// </remarks>
public sealed record SlotSchedule
{
    /// <summary>Unix milliseconds at which slot 0 starts.</summary>
    public required long GenesisUnixMs { get; init; }

    /// <summary>L, the length of a slot; milliseconds.</summary>
    public required long LengthMs { get; init; }

    /// <summary>D, how long a message between honest nodes takes at most; milliseconds.</summary>
    public required long NetworkBoundMs { get; init; }

    /// <summary>S, how far an honest node's clock is from the median at most; milliseconds.</summary>
    public required long ClockBoundMs { get; init; }

    /// <summary>A, the pairs of slots after a match slot in which its fills may be activated.</summary>
    public int ActivationPairs { get; init; } = 2;

    /// <summary>The usual proportions: D = L / 5 and S = L / 10.</summary>
    public static SlotSchedule WithDefaultBounds(long genesisUnixMs, long lengthMs, int activationPairs = 2) => new()
    {
        GenesisUnixMs = genesisUnixMs,
        LengthMs = lengthMs,
        NetworkBoundMs = lengthMs / 5,
        ClockBoundMs = lengthMs / 10,
        ActivationPairs = activationPairs,
    };

    /// <summary>Throws when the parameters cannot work together.</summary>
    /// <exception cref="ArgumentException">The sentence says which one and why.</exception>
    public void Validate()
    {
        // Ten milliseconds keep S at a millisecond or more; an hour is far beyond any sensible market and keeps products small.
        if (LengthMs is < 10 or > 3_600_000) throw new ArgumentException($"A slot lasts 10 ms to 3,600,000 ms (one hour), not {LengthMs} ms.");
        if (GenesisUnixMs < 0) throw new ArgumentException($"Genesis is in Unix milliseconds and not negative; it is {GenesisUnixMs}.");
        if (NetworkBoundMs < 1) throw new ArgumentException($"The network bound is at least 1 ms, not {NetworkBoundMs} ms.");
        if (ClockBoundMs < 1) throw new ArgumentException($"The clock bound is at least 1 ms, not {ClockBoundMs} ms.");
        // Else no offer of the even slot could be early for anybody.
        if (NetworkBoundMs + 2 * ClockBoundMs >= LengthMs) throw new ArgumentException($"Network bound plus twice the clock bound ({NetworkBoundMs + 2 * ClockBoundMs} ms) must be shorter than a slot ({LengthMs} ms).");
        if (ActivationPairs is < 1 or > 1_000) throw new ArgumentException($"Activation takes 1 to 1,000 pairs of slots, not {ActivationPairs}.");
    }

    /// <summary>floor((now - genesis) / L); negative before genesis.</summary>
    public Slot SlotAt(Instant now)
    {
        var elapsedMs = (Int128)now.UnixMs - GenesisUnixMs;
        var quotient = elapsedMs / LengthMs;
        return new Slot(Saturate(elapsedMs % LengthMs < 0 ? quotient - 1 : quotient));
    }

    /// <summary>The match slot whose cutoff lies ahead: the earliest in which an offer made now can trade.</summary>
    /// <remarks>An offer dated to it loses no chance, and its way to the brokers may take until a slot after it.</remarks>
    public Slot NextMatchAt(Instant now)
    {
        var slot = SlotAt(now);
        return slot.IsMatch ? slot.Plus(2) : slot.Next;
    }

    /// <summary>The first instant of the slot.</summary>
    public Instant StartOf(Slot slot) => new(Saturate(GenesisUnixMs + (Int128)slot.Value * LengthMs));

    /// <summary>The first instant after the slot.</summary>
    public Instant EndOf(Slot slot) => new(Saturate(GenesisUnixMs + ((Int128)slot.Value + 1) * LengthMs));

    /// <summary>When the input of a match slot is complete: the end of the even slot before it.</summary>
    /// <exception cref="ArgumentException">Not a match slot.</exception>
    public Instant CutoffOf(Slot matchSlot) => StartOf(RequireMatch(matchSlot));

    /// <summary>An offer that I had by this instant is <em>early for me</em>: every honest broker has it by the cutoff, on its own clock.</summary>
    /// <exception cref="ArgumentException">Not a match slot.</exception>
    public Instant EarlyBoundOf(Slot matchSlot) => new(Saturate((Int128)CutoffOf(matchSlot).UnixMs - NetworkBoundMs - 2 * ClockBoundMs));

    /// <summary>When the proposer of a match slot starts to propose: 0.2 L into it.</summary>
    /// <exception cref="ArgumentException">Not a match slot.</exception>
    public Instant ProposeTimeOf(Slot matchSlot) => new(Saturate((Int128)CutoffOf(matchSlot).UnixMs + LengthMs / 5));

    /// <summary>When what was matched must be settled: the end of A pairs of slots after the match slot.</summary>
    /// <exception cref="ArgumentException">Not a match slot.</exception>
    public Instant DeadlineOf(Slot matchSlot) => EndOf(LastActivationSlotOf(matchSlot));

    /// <summary>The last slot before the deadline: match slot + 2 A.</summary>
    /// <exception cref="ArgumentException">Not a match slot.</exception>
    public Slot LastActivationSlotOf(Slot matchSlot) => new(Saturate((Int128)RequireMatch(matchSlot).Value + 2 * ActivationPairs));

    /// <summary>Until when a vote holds its fills, unless they are settled or released before: the deadline + 2 S.</summary>
    /// <exception cref="ArgumentException">Not a match slot.</exception>
    public Instant HoldEndOf(Slot matchSlot) => new(Saturate((Int128)DeadlineOf(matchSlot).UnixMs + 2 * ClockBoundMs));

    /// <summary>The expiry slot of proposals, votes and evidence of a match slot: the slot of deadline + 2 S.</summary>
    /// <exception cref="ArgumentException">Not a match slot.</exception>
    public Slot RecordExpiryOf(Slot matchSlot) => SlotAt(HoldEndOf(matchSlot));

    /// <summary>How many whole slots last no longer than this; at least 1.</summary>
    public long SlotsIn(long durationMs) => Math.Max(1, durationMs / LengthMs);

    private static Slot RequireMatch(Slot slot) =>
        slot.IsMatch ? slot : throw new ArgumentException($"Slot {slot} is even: it collects and prunes, and matches nothing.", nameof(slot));

    private static long Saturate(Int128 value) => value > long.MaxValue ? long.MaxValue : value < long.MinValue ? long.MinValue : (long)value;
}
