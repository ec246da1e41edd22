using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Simulation.Checking.Insides;

/// <summary>Once faults have ended: every broker certifies again, brokers hold the same offers, no promise hangs, and both sides of a lease count alike.</summary>
public sealed class TheMarketRecovers : InsideInvariant
{
    private Slot _lastCertified = new(-1);

    public override string Name => "the market recovers when faults end";

    public override Tolerance Tolerates => Tolerance.LiveBrokers;

    public override void OnCertified(IObservedNode broker, CertifiedSlot slot)
    {
        if (slot.Result.Slot > _lastCertified) _lastCertified = slot.Result.Slot;
    }

    public override void AtTheEnd()
    {
        var now = Market.Now;
        var slot = Market.Rules.Schedule.SlotAt(now);
        var latest = Simulated.LatestSet;
        if (latest is null) Violated("there is no broker set");
        foreach (var node in Simulated.Brokers.Where(node => node.IsHonest && node.IsUp && latest?.IndexOf(node.Id) >= 0 && node.KnownSet?.Id != latest.Id)) Violated($"{node.Name} knows the broker set of epoch {node.KnownSet?.Epoch}, others that of epoch {latest?.Epoch}");
        foreach (var broker in Simulated.Brokers.Where(broker => broker.IsHonest && !broker.IsGone && broker.Disk.Damage is null && latest?.IndexOf(broker.Id) >= 0).Where(broker => broker.Core is null || !broker.Core.MayVote || broker.Core.IsCatchingUp))
        {
            Violated(broker.Core is null ? $"{broker.Name} has no broker set" : $"{broker.Name} does not vote");
        }

        if (Crosses() && slot.Value - _lastCertified.Value > 8) Violated($"bids and asks cross, and the last certified slot is {_lastCertified} in slot {slot}");
        foreach (var trader in Simulated.Traders.Where(trader => trader.IsHonest))
        {
            foreach (var sale in trader.Settlement!.Worker.Sales.Where(sale => sale.State == SaleState.Reserved && sale.Deadline.PlusMs(10_000) < now)) Violated($"{trader.Name} still holds match {sale.Match.Match}, whose deadline was {sale.Deadline.UnixMs} ms");
        }
    }

    /// <summary>Whether the first broker's book has a bid and an ask that would trade, of different owners, with free units.</summary>
    private bool Crosses()
    {
        var broker = Simulated.Brokers.First(one => one.IsHonest && one.Core is not null && Simulated.LatestSet?.IndexOf(one.Id) >= 0).Core!;
        var slot = broker.CurrentSlot;
        var open = Simulated.Traders.Where(trader => trader.IsHonest).SelectMany(trader => trader.Orders!.Orders).Where(order => order.State == Brokerage.Traders.OrderState.Open && order.Matched + order.Dropped < order.Offer.Quantity && order.Offer.FirstSlot.Value < slot.Value - 6 && order.Offer.LastSlot > slot).ToArray();
        var bids = open.Where(order => order.Offer.Side == Side.Bid && broker.StandingOf(order.Offer.Id, slot).Free > 0).ToArray();
        var asks = open.Where(order => order.Offer.Side == Side.Ask && broker.StandingOf(order.Offer.Id, slot).Free > 0).ToArray();
        return bids.Any(bid => asks.Any(ask => bid.Offer.LimitPrice.Value >= ask.Offer.LimitPrice.Value && bid.Offer.LeaseTermMinutes <= ask.Offer.LeaseTermMinutes));
    }
}
