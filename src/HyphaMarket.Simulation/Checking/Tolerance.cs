namespace HyphaMarket.Simulation.Checking;

/// <summary>How many of a market's n brokers may be malicious while a promise still holds; q of them certify. Traders may be malicious in any number.</summary>
public enum Tolerance
{
    /// <summary>All of them: what owners guard themselves.</summary>
    AnyBrokers,

    /// <summary>2q - n - 1: two quorums still share an honest broker.</summary>
    SafeBrokers,

    /// <summary>n - q: the honest ones are still a quorum.</summary>
    LiveBrokers,
}
