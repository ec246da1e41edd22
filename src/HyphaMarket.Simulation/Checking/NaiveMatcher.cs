using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Simulation.Checking;

/// <summary>The RFC's matching as its definition reads, of one slot's input: every bid with every ask, best first. It shares no code with the product's matcher.</summary>
internal static class NaiveMatcher
{
    /// <param name="inputs">Each offer with its free quantity and the owners that already fill it.</param>
    public static IReadOnlyList<Fill> Match(Hash256 inputRoot, IReadOnlyList<(Offer Offer, int Free, IReadOnlyList<ParticipantId> FilledOwners)> inputs)
    {
        var free = inputs.ToDictionary(input => input.Offer.Id, input => input.Free);
        var met = inputs.ToDictionary(input => input.Offer.Id, input => input.FilledOwners.ToHashSet());
        var groups = new Dictionary<(ParticipantId, string), OfferId>();
        var fills = new List<Fill>();
        var asks = Ranked(Side.Ask);
        foreach (var bid in Ranked(Side.Bid))
        {
            foreach (var ask in asks)
            {
                if (free[bid.Id] == 0 || free[ask.Id] == 0 || bid.LimitPrice < ask.LimitPrice || bid.Owner == ask.Owner || bid.LeaseTermMinutes > ask.LeaseTermMinutes) continue;
                if (!Holds(bid, ask) || !Holds(ask, bid) || IsTaken(bid) || IsTaken(ask)) continue;
                if ((bid.Distinct && met[bid.Id].Contains(ask.Owner)) || (ask.Distinct && met[ask.Id].Contains(bid.Owner))) continue;
                var quantity = bid.Distinct || ask.Distinct ? 1 : Math.Min(free[bid.Id], free[ask.Id]);
                if (quantity < bid.MinimumFill || quantity < ask.MinimumFill) continue;

                free[bid.Id] -= quantity;
                free[ask.Id] -= quantity;
                met[bid.Id].Add(ask.Owner);
                met[ask.Id].Add(bid.Owner);
                foreach (var offer in new[] { bid, ask }.Where(offer => offer.Group.Length > 0)) groups[GroupOf(offer)] = offer.Id;
                var price = new MicroCredits((long)(((Int128)bid.LimitPrice.Value + ask.LimitPrice.Value) >> 1));
                fills.Add(new Fill(bid.Id, ask.Id, quantity, price, price));
            }
        }

        return fills;

        Offer[] Ranked(Side side) =>
            [.. inputs.Select(input => input.Offer).Where(offer => offer.Side == side)
                .OrderBy(offer => side == Side.Bid ? -offer.LimitPrice.Value : offer.LimitPrice.Value)
                .ThenBy(offer => offer.FirstSlot)
                .ThenBy(offer => Hash256.Of([.. inputRoot.ToArray(), .. offer.Id.ToArray()]))];

        bool IsTaken(Offer offer) => offer.Group.Length > 0 && groups.TryGetValue(GroupOf(offer), out var filled) && filled != offer.Id;
    }

    /// <summary>Whether two offers could trade at all, quantities left aside.</summary>
    public static bool Cross(Offer bid, Offer ask) =>
        bid.LimitPrice >= ask.LimitPrice && bid.Owner != ask.Owner && bid.LeaseTermMinutes <= ask.LeaseTermMinutes && Holds(bid, ask) && Holds(ask, bid);

    /// <summary>"A missing key is in no set."</summary>
    private static bool Holds(Offer wants, Offer has) => wants.Constraints.All(clause =>
        has.Attributes.Any(attribute => attribute.Key == clause.Key && clause.Values.Contains(attribute.Value)) != clause.Negated);

    private static (ParticipantId Owner, string Group) GroupOf(Offer offer) => (offer.Owner, Convert.ToHexString(offer.Group.Span));
}
