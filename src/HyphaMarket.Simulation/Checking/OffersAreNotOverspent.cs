using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>"Nobody honest trades beyond a price they signed", nor beyond the quantity, the term and the slots.</summary>
public sealed class OffersAreNotOverspent : Invariant
{
    private readonly Dictionary<OfferId, Limits> _signed = [];
    private readonly Dictionary<OfferId, Dictionary<Hash256, int>> _units = [];

    public override string Name => "no honest trader trades beyond what it signed";

    public override void OnSaid(IObservedNode node, Record record)
    {
        if (record.Kind == RecordKind.Offer && OfferRecords.TryParse(record, out var offer) && offer.Owner == node.Id) _signed[offer.Id] = new Limits(node.Id, offer.Quantity, offer.LimitPrice.Value, offer.LeaseTermMinutes, offer.FirstSlot, offer.LastSlot);
    }

    public override void OnLeaseOpened(IObservedNode owner, Lease lease)
    {
        var isBuyer = lease.Role == LeaseRole.Buyer;
        var own = isBuyer ? lease.Match.Bid : lease.Match.Ask;
        if (!_signed.TryGetValue(own, out var offer) || offer.Owner != owner.Id)
        {
            Violated($"{owner.Name} leased for the offer {own}, which it never placed");
            return;
        }

        if (!_units.TryGetValue(own, out var matches)) _units.Add(own, matches = []);
        matches[lease.Match.Match] = lease.Match.Quantity;
        var (price, limit) = (isBuyer ? lease.Match.Terms.BuyPriceMicros : lease.Match.Terms.SellPriceMicros, offer.LimitMicros);
        if (matches.Values.Sum() > offer.Quantity) Violated($"{owner.Name} leased {matches.Values.Sum()} units for an offer of {offer.Quantity}");
        if (isBuyer ? price > limit : price < limit) Violated($"{owner.Name} trades at {price} beyond its limit of {limit}");
        if (lease.Match.Slot < offer.FirstSlot || lease.Match.Slot > offer.LastSlot) Violated($"{owner.Name} trades in slot {lease.Match.Slot} outside its offer's {offer.FirstSlot} to {offer.LastSlot}");
        var minutes = (lease.LongestEnd.UnixMs - lease.Start.UnixMs) / 60_000;
        if (!isBuyer && minutes > offer.LeaseTermMinutes) Violated($"{owner.Name} leases for {minutes} minutes, and its ask allows {offer.LeaseTermMinutes}");
        if (isBuyer && lease.End.UnixMs - lease.Start.UnixMs != offer.LeaseTermMinutes * 60_000L) Violated($"{owner.Name} leases for {(lease.End.UnixMs - lease.Start.UnixMs) / 1000} s, and its bid says {offer.LeaseTermMinutes} minutes");
    }

    /// <summary>What an owner signed, without the offer, whose memory would be kept with it.</summary>
    private readonly record struct Limits(ParticipantId Owner, int Quantity, long LimitMicros, int LeaseTermMinutes, Slot FirstSlot, Slot LastSlot);
}
