namespace HyphaMarket.Simulation.World;

/// <summary>The boundaries of an effect at which a node may die.</summary>
public enum CrashPoint
{
    /// <summary>The entry was handed to the system and is lost.</summary>
    AfterAppend,

    /// <summary>The entry is durable, and nothing that rests on it was sent.</summary>
    AfterSync,

    /// <summary>What rests on the entry was sent.</summary>
    AfterSend,
}
