using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Matching;

/// <summary>Who trades with whom at which price: a pure function of a slot's input and of nothing else.</summary>
public interface IClearingRule
{
    /// <summary>The name in network parameters and instruments, such as <c>pairwise-mean</c>.</summary>
    string Name { get; }

    /// <summary>Whether the rule can clear this offer at all; an offer it cannot clear is refused as terms-not-allowed.</summary>
    bool Accepts(Offer offer);

    /// <summary>The fills in the order they were made. The same input gives the same bytes on every machine.</summary>
    /// <remarks>Who clears often keeps a <see cref="SlotMatcher"/>, and with it the memory that this takes.</remarks>
    /// <exception cref="ArgumentException">The input breaks a rule of <see cref="MatchInputRules"/>, or has an offer that the rule does not accept.</exception>
    IReadOnlyList<Fill> Clear(MatchInput input) => new SlotMatcher().Clear(this, input);

    /// <summary>Who takes part at which price; who then trades with whom is the same under every rule.</summary>
    internal ClearingPlan Plan(RankedSide bids, RankedSide asks);
}
