namespace HyphaMarket.Node.Configuration;

/// <summary>What a node has to do with relays.</summary>
public enum RelayUse
{
    /// <summary>Uses them while it is private; a broker serves as one too.</summary>
    Auto,

    /// <summary>Neither dials over relays nor is reached over one, and is none.</summary>
    Off,

    /// <summary>Uses them while it is private; without AutoNAT, which would tell, always.</summary>
    Use,

    /// <summary>Is one, and uses none.</summary>
    Serve,

    /// <summary>Both.</summary>
    Both,
}
