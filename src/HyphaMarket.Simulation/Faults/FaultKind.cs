namespace HyphaMarket.Simulation.Faults;

/// <summary>The menu, by its numbers: what is there twice is drawn twice as often.</summary>
public enum FaultKind
{
    Crash = 0,
    CrashAtABoundary = 1,
    Cut = 3,
    Clog = 4,
    Freeze = 5,
    Clock = 6,
    Disk = 7,
    Loss = 8,
}
