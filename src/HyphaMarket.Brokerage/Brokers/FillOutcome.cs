namespace HyphaMarket.Brokerage.Brokers;

/// <summary>What has become of a certified fill.</summary>
public enum FillOutcome
{
    None = 0,

    /// <summary>Its deadline lies ahead.</summary>
    Held,

    /// <summary>The seller signed the lease.</summary>
    Settled,

    /// <summary>The seller signed a release.</summary>
    Released,

    /// <summary>The deadline passed and the seller accepted nothing.</summary>
    NotAccepted,

    /// <summary>The deadline passed; the seller accepted and the buyer did not activate.</summary>
    NotActivated,
}
