using HyphaMarket.Simulation.Checking;

namespace HyphaMarket.Simulation.Runs;

/// <summary>What came of many runs.</summary>
public sealed record BatchResult
{
    public required int FirstSeed { get; init; }
    public required int Seeds { get; init; }

    /// <summary>Of the market, all runs together.</summary>
    public required double SimulatedHours { get; init; }

    /// <summary>Time that passed outside.</summary>
    public required double Seconds { get; init; }

    /// <summary>Processor time of the whole process, compiling the program included.</summary>
    public required double ProcessorSeconds { get; init; }

    /// <summary>What happened to nodes: messages that came, timers that called a core, entries that became durable, deaths and starts. Nothing else is counted.</summary>
    public required long Events { get; init; }

    public double EventsPerSecond => Events / Math.Max(0.001, Seconds);

    /// <summary>By the processor time that they took, so that it says the same on a busy machine.</summary>
    public double EventsPerSecondAndCore => Events / Math.Max(0.001, ProcessorSeconds);

    /// <summary>How much faster than life one core is.</summary>
    public double SimulatedSecondsPerSecondAndCore => SimulatedHours * 3_600 / Math.Max(0.001, ProcessorSeconds);

    /// <summary>Match slots that passed.</summary>
    public required long MatchSlots { get; init; }

    public required long SlotsCertified { get; init; }

    /// <summary>Match slots without a certificate: too few brokers could vote, or nothing crossed.</summary>
    public long SlotsVoid => MatchSlots - SlotsCertified;

    /// <summary>Slots before the recovery for which an honest broker proposed something.</summary>
    public required long HonestSlots { get; init; }

    /// <summary>Of these, slots with a certificate.</summary>
    public required long HonestSlotsCertified { get; init; }

    public required long Leases { get; init; }
    public required long Messages { get; init; }

    /// <summary>Bytes of the messages.</summary>
    public required long Bytes { get; init; }

    /// <summary>A hash of the traces of all seeds in their order, in hexadecimal: equal for equal batches, however many cores they ran on.</summary>
    public required string TraceHash { get; init; }

    /// <summary>Promises that were broken, each once for a seed.</summary>
    public int Violations => Broken.Count;

    public required IReadOnlyList<Violation> Broken { get; init; }
}
