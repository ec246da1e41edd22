using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>A bundle that came whole, with the form and the least work of one; its offers are not read yet, and who signed is not checked.</summary>
public sealed class OpenedBundle
{
    internal OpenedBundle(WholeBundle bundle, BundleBody header, ReadOnlyMemory<byte>[] bodies) => (Bundle, Header, Bodies) = (bundle, header, bodies);

    /// <summary>Offers in it.</summary>
    public int Count => Bodies.Length;

    internal WholeBundle Bundle { get; }
    internal BundleBody Header { get; }
    internal ReadOnlyMemory<byte>[] Bodies { get; }
}
