using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;

namespace HyphaMarket.Market.Tests.Properties;

/// <summary>Generated offers of one slot.</summary>
/// <param name="Salt">Changes ids and input root, and so the last ties.</param>
internal sealed record Scenario(int Salt, OfferSpec[] Offers)
{
    public MatchInput ToInput() => new(
        TestOffers.MatchSlot,
        Hash256.Of(BitConverter.GetBytes(Salt)),
        [.. Offers.Select(offer => offer.ToEntry(Salt)).OrderBy(entry => entry.Offer.Id)]);

    public override string ToString() => $"salt {Salt}:{Environment.NewLine}{string.Join(Environment.NewLine, Offers.Select(Describe))}";

    private static string Describe(OfferSpec offer)
    {
        var wants = string.Join(", ", offer.Wants.Select(want => $"{want.Key} {(want.Negated ? "not in" : "in")} {{{string.Join("|", want.Values)}}}"));
        return $"{offer with { Wants = [], FilledBy = [] }} wants [{wants}] filled by [{string.Join(", ", offer.FilledBy)}]";
    }
}
