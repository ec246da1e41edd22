namespace HyphaMarket.Brokerage.Epochs;

/// <summary>How many of a market's n brokers must agree.</summary>
/// <param name="Brokers">n; at least 1.</param>
public readonly record struct Quorum(int Brokers)
{
    /// <summary>f = floor((n - 1) / 3): brokers that may be malicious without two results being possible.</summary>
    public int Faulty => (Brokers - 1) / 3;

    /// <summary>q = n - f: signatures that certify a result.</summary>
    public int Votes => Brokers - Faulty;

    /// <summary>f + 1: among so many brokers one is honest.</summary>
    public int OneHonest => Faulty + 1;
}
