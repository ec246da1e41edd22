using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Its proposals break a voting rule each: offers left out, put in though they are over, more free than there is, or a result that does not follow.</summary>
public sealed class ProposesFalsely(Conspiracy conspiracy) : TellsAnotherStory(conspiracy)
{
    public override string Name => "proposes what is false";

    private protected override Conspiracy.Variant? Vary(Slot slot, Record proposal)
    {
        Conspiracy.Variant? variant = null;
        switch (Market.World.Random.Next(6))
        {
            case 0:
                Conspiracy.TryVary(Liar, proposal, LeaveOut, null, out variant);
                break;
            case 1:
                Conspiracy.TryVary(Liar, proposal, PutIn, null, out variant);
                break;
            case 2 or 3:
                Conspiracy.TryVary(Liar, proposal, Inflate, null, out variant);
                break;
            case 4:
                Conspiracy.TryVary(Liar, proposal, _ => true, result => result.ResultRoot = ByteString.CopyFrom(Hash256.Of("another result"u8).ToArray()), out variant);
                break;
            default:
                break;
        }

        return variant;
    }

    /// <summary>Half of what was there: where nobody looks, owners starve.</summary>
    private bool LeaveOut(List<InputEntry> inputs)
    {
        if (inputs.Count < 2) return false;
        for (var i = inputs.Count / 2; i > 0; i--) inputs.RemoveAt(Market.World.Random.Next(inputs.Count));
        return true;
    }

    /// <summary>Any offer that was ever signed: cancelled, spent, or over.</summary>
    private bool PutIn(List<InputEntry> inputs)
    {
        var there = inputs.Select(input => input.Offer).ToHashSet();
        var before = inputs.Count;
        for (var i = 0; i < 8 && Conspiracy.LatestOffers.Count > 0; i++)
        {
            var id = Conspiracy.LatestOffers[Market.World.Random.Next(Conspiracy.LatestOffers.Count)];
            var bytes = ByteString.CopyFrom(id.ToArray());
            if (there.Add(bytes)) inputs.Add(new InputEntry { Offer = bytes, FreeQuantity = (uint)Conspiracy.Find(id)!.Value.Offer.Quantity });
        }

        return inputs.Count > before;
    }

    /// <summary>Every offer as free as on its first day.</summary>
    private bool Inflate(List<InputEntry> inputs)
    {
        var isChanged = false;
        for (var i = 0; i < inputs.Count; i++)
        {
            if (Conspiracy.Find(new OfferId(new Hash256(inputs[i].Offer.Span))) is not { } known || inputs[i].FreeQuantity == known.Offer.Quantity) continue;
            inputs[i] = new InputEntry(inputs[i]) { FreeQuantity = (uint)known.Offer.Quantity };
            isChanged = true;
        }

        return isChanged | PutIn(inputs);
    }
}
