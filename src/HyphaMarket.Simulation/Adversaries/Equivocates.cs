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
        Conspiracy.TryVary(Liar, proposal, LeaveOutOne, falsify: null, out var variant);
        return variant;
    }

    private bool LeaveOutOne(List<InputEntry> inputs)
    {
        if (inputs.Count < 2) return false;
        inputs.RemoveAt(Market.World.Random.Next(inputs.Count));
        return true;
    }
}
