using HyphaMarket.Brokerage.Brokers;

namespace HyphaMarket.Simulation.Checking;

/// <summary>"Bought = sold, paid >= received (equal but for mcafee)", and the certificate states the difference.</summary>
public sealed class BoughtIsSold : Invariant
{
    public override string Name => "what is bought is sold, and nobody gets more than is paid";

    public override Tolerance Tolerates => Tolerance.SafeBrokers;

    public override void OnCertified(IObservedNode broker, CertifiedSlot slot)
    {
        Int128 surplus = 0;
        foreach (var fill in slot.Fills)
        {
            var (bid, ask) = (fill.Legs[0], fill.Legs[^1]);
            var difference = bid.PriceMicros - ask.PriceMicros;
            surplus += (Int128)difference * fill.Quantity;
            if (difference < 0) Violated($"slot {slot.Result.Slot}: a seller gets {ask.PriceMicros}, its buyer pays {bid.PriceMicros}");
            if (difference != 0 && slot.Result.Body.ClearingRule != "mcafee") Violated($"slot {slot.Result.Slot}: the buyer pays {bid.PriceMicros}, the seller gets {ask.PriceMicros}");
            if (bid.PriceMicros > bid.LimitMicros || ask.PriceMicros < ask.LimitMicros) Violated($"slot {slot.Result.Slot}: a price is beyond its offer's limit");
        }

        if (surplus != slot.Result.Body.SurplusMicros) Violated($"slot {slot.Result.Slot} states a surplus of {slot.Result.Body.SurplusMicros}, and it is {surplus}");
    }
}
