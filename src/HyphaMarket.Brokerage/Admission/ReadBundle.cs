using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>Offers of one owner that came as one bundle, read and well formed, with work enough; who signed is not checked yet.</summary>
public sealed class ReadBundle
{
    internal ReadBundle(WholeBundle bundle, BundleBody header, IReadOnlyList<ReadRecord.OfOffer> offers) => (Bundle, Header, Offers) = (bundle, header, offers);

    /// <summary>In the order of the leaves.</summary>
    public IReadOnlyList<ReadRecord.OfOffer> Offers { get; }

    internal WholeBundle Bundle { get; }
    internal BundleBody Header { get; }
}
