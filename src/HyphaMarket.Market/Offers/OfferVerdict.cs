namespace HyphaMarket.Market.Offers;

/// <summary>The outcome of a check: fine, or refused for a reason with what would mend it.</summary>
/// <param name="Reason"><see cref="OfferRefusal.None"/> when fine.</param>
/// <param name="Detail">One or two sentences for people, what is wrong and what would fix it; empty when fine.</param>
public readonly record struct OfferVerdict(OfferRefusal Reason, string Detail)
{
    /// <summary>Nothing against it.</summary>
    public static OfferVerdict Fine => new(OfferRefusal.None, "");

    public bool IsFine => Reason == OfferRefusal.None;

    public override string ToString() => IsFine ? "fine" : $"{Reason.Code()}: {Detail}";
}
