namespace HyphaMarket.Market.Profiles;

/// <summary>The time that a price is for. "The time/price unit is Minute for all profiles."</summary>
public enum TimeUnit
{
    /// <summary>Never valid.</summary>
    None = 0,
    Minute = 1,
}
