using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Traders;

/// <summary>Orders that were signed together and are not sent yet.</summary>
internal sealed class OrderBundle(WholeBundle whole)
{
    public WholeBundle Whole { get; } = whole;

    /// <summary>In the order of the bundle.</summary>
    public List<Order> Orders { get; } = [];
}
