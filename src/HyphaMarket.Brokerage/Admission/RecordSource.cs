namespace HyphaMarket.Brokerage.Admission;

/// <summary>By which way a record came: what may be asked of it differs.</summary>
public enum RecordSource
{
    None = 0,

    /// <summary>Its owner submitted it and waits for an answer.</summary>
    Owner,

    /// <summary>Gossip, from anybody.</summary>
    Gossip,

    /// <summary>A member of the broker set, by reconciliation, fetch or push.</summary>
    FellowBroker,
}
