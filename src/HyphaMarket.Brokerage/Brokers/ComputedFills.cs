using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>The outcome of clearing one input: the fills as values and as the bytes under the result root.</summary>
internal sealed record ComputedFills(IReadOnlyList<Fill> Fills, IReadOnlyList<ByteString> Bodies, Hash256 Root, long SurplusMicros)
{
    /// <summary>
    /// Of what an input gives the first so many fills count, in the order of matching. A book has at most m - 1, but distinct offers trade unit by unit
    /// and could make 32,768, more than a journal entry or a gossiped certificate holds (1 MiB each). What is left trades in a later slot.
    /// </summary>
    public const int MaxFills = 2048;

    /// <summary>What these fills hold of each offer.</summary>
    public VoteHold Hold { get; init; } = VoteHold.None;

    /// <summary>Clears the input by the market's rule; pure.</summary>
    /// <param name="matcher">Its memory is used; null for new.</param>
    public static ComputedFills Of(IClearingRule rule, MatchInput input, SlotMatcher? matcher = null)
    {
        var offers = input.Entries.ToDictionary(entry => entry.Offer.Id, entry => entry.Offer);
        var all = (matcher ?? new SlotMatcher()).Clear(rule, input);
        var fills = all.Count > MaxFills ? [.. all.Take(MaxFills)] : all;
        var bodies = fills.Select(fill => FillBodies.Of(fill, offers[fill.Bid], offers[fill.Ask])).ToArray();
        var surplus = fills.Sum(fill => checked((fill.BuyPrice.Value - fill.SellPrice.Value) * fill.Quantity));
        return new ComputedFills(fills, bodies, FillBodies.RootOf(bodies), surplus) { Hold = VoteHold.Of(fills, offers) };
    }

    /// <summary>The result that votes sign.</summary>
    public ResultBody ToResult(MarketRules rules, RecordId config, ulong epoch, MatchInput input) => new()
    {
        Market = ByteString.CopyFrom(rules.Market.ToArray()),
        Config = ByteString.CopyFrom(config.Value.ToArray()),
        Epoch = epoch,
        Slot = input.Slot.Value,
        ClearingRule = rules.Clearing.Name,
        InputRoot = ByteString.CopyFrom(input.InputRoot.ToArray()),
        ResultRoot = ByteString.CopyFrom(Root.ToArray()),
        Fills = (uint)Bodies.Count,
        SurplusMicros = SurplusMicros,
    };
}
