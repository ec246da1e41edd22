using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Tests.Properties;

/// <summary>A small description of an offer from which FsCheck's counterexamples can be read.</summary>
/// <param name="Number">Its sequence; its id follows from it.</param>
/// <param name="Age">Slots before the match slot in which it started.</param>
/// <param name="Left">Slots after the match slot in which it ends.</param>
/// <param name="Used">Units that are not free any more.</param>
/// <param name="Group">0 for none.</param>
/// <param name="Region">Attribute <c>region</c>, or null.</param>
/// <param name="Tier">Attribute <c>tier</c>, or null.</param>
/// <param name="Wants">Constraints.</param>
/// <param name="FilledBy">Owners that fill it already, when distinct.</param>
internal sealed record OfferSpec(
    int Number,
    Side Side,
    int Owner,
    long Price,
    int Quantity,
    int MinimumFill,
    int Term,
    int Age,
    int Left,
    int Used,
    bool Distinct,
    int Group,
    string? Region,
    string? Tier,
    OfferConstraint[] Wants,
    int[] FilledBy)
{
    public bool IsPlain => MinimumFill == 1 && !Distinct && Group == 0 && Wants.Length == 0;

    public Offer ToOffer(int salt) => new()
    {
        Id = TestOffers.Id(Number, salt),
        Owner = TestOffers.Owner(Owner),
        Sequence = (ulong)Number,
        Market = TestOffers.Market,
        Side = Side,
        LimitPrice = new MicroCredits(Price),
        Quantity = Quantity,
        MinimumFill = MinimumFill,
        LeaseTermMinutes = Term,
        FirstSlot = new Slot(TestOffers.MatchSlot.Value - Age),
        LastSlot = new Slot(TestOffers.MatchSlot.Value + Left),
        Attributes = [.. Pairs()],
        Constraints = Wants,
        Distinct = Distinct,
        Group = Group == 0 ? default : TestOffers.Group(Group),
    };

    public MatchEntry ToEntry(int salt) => new(ToOffer(salt), Quantity - Used, Distinct ? [.. FilledBy.Select(TestOffers.Owner).Distinct().Order()] : []);

    private IEnumerable<OfferAttribute> Pairs()
    {
        if (Region is not null) yield return new OfferAttribute("region", Region);
        if (Tier is not null) yield return new OfferAttribute("tier", Tier);
    }
}
