using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;

namespace HyphaMarket.Node.Trading.Standing;

/// <summary>What a policy wants done.</summary>
public abstract record StandingAction
{
    /// <summary>Place an order.</summary>
    /// <param name="PriceMicros">Micro-credits per minute and unit.</param>
    /// <param name="Life">How long it may rest; null for as long as the network allows.</param>
    public sealed record Place(int Quantity, long PriceMicros, int TermMinutes, TimeSpan? Life) : StandingAction;

    /// <summary>Cancel an order.</summary>
    public sealed record Withdraw(OfferId Order) : StandingAction;

    /// <summary>Give notice of a lease's end.</summary>
    public sealed record EndLease(RecordId Lease, string Reason) : StandingAction;
}
