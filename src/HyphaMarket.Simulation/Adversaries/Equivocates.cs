using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Two proposals of a slot, and two votes: one story for some of its fellow brokers and another for the rest.</summary>
/// <param name="secret">Who hears which story follows from it and the slot, so that every cut of the others into two is tried.</param>
public sealed class Equivocates(Conspiracy conspiracy, int secret) : TellsAnotherStory(conspiracy)
{
    public override string Name => "tells two stories of a slot";

    private protected override bool Hears(int to, Slot slot) => (((uint)secret >> (int)((to + slot.Value) % 31)) & 1) == 1;

    private protected override Conspiracy.Variant? Vary(Slot slot, Record proposal)
    {
        Conspiracy.TryVary(Liar, proposal, LeaveOutTheNewest, falsify: null, out var variant);
        return variant;
    }

    /// <summary>Often it came too late to be early for anybody: then both stories keep every rule, and honest brokers vote for either.</summary>
    private bool LeaveOutTheNewest(List<InputEntry> inputs)
    {
        if (inputs.Count < 2) return false;
        var ids = inputs.Select(input => new OfferId(new Hash256(input.Offer.Span))).ToList();
        var newest = Conspiracy.LatestOffers.LastOrDefault(ids.Contains);
        inputs.RemoveAt(Math.Max(0, ids.IndexOf(newest)));
        return true;
    }
}
