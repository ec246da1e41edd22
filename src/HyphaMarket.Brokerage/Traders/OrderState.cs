namespace HyphaMarket.Brokerage.Traders;

/// <summary>Where an order stands, as its owner sees it.</summary>
public enum OrderState
{
    None = 0,

    /// <summary>On its way to the brokers: fewer than f + 1 receipts yet.</summary>
    Pending,

    /// <summary>f + 1 brokers hold it.</summary>
    Open,

    /// <summary>Its whole quantity is matched or leased.</summary>
    Filled,

    Cancelled,

    /// <summary>Its last slot passed.</summary>
    Expired,

    /// <summary>So many brokers refused it that f + 1 receipts cannot come.</summary>
    Refused,
}
