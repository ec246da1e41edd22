using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>A bundle that came whole, with the form and the least work of one; its offers are not read yet, and who signed is not checked.</summary>
public sealed class OpenedBundle
{
    internal OpenedBundle(WholeBundle bundle, BundleBody header) => (Bundle, Header) = (bundle, header);

    /// <summary>Offers in it.</summary>
    public int Count => Bundle.Bodies.Count;

    internal WholeBundle Bundle { get; }
    internal BundleBody Header { get; }
}
