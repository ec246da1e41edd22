using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>"Every fill authentic, unexpired, not replayed": a lease carries both parties' signatures, of offers that both made, activated before its deadline, once.</summary>
/// <remarks>So a seller that sells twice leaves two leases with its own signature, whoever holds them.</remarks>
public sealed class FillsAreAuthentic : Invariant
{
    /// <summary>"What two honest clocks may differ by" in settlement; milliseconds. The seller's decides when a lease starts.</summary>
    private const long ClockTolerance = 5_000;

    private readonly Dictionary<OfferId, ParticipantId> _owners = [];
    private readonly Dictionary<(Hash256 Match, ParticipantId Holder), RecordId> _leases = [];

    public override string Name => "every lease is authentic, in time and made once";

    public override void OnSaid(IObservedNode node, Record record)
    {
        if (record.Kind == RecordKind.Offer && OfferRecords.TryParse(record, out var offer) && offer.Owner == node.Id) _owners[offer.Id] = node.Id;
    }

    public override void OnLeaseOpened(IObservedNode owner, Lease lease)
    {
        var match = lease.Match;
        var body = SettledBody.Parser.ParseFrom(lease.Settled.Body);
        if (!SignedRecords.VerifySignature(Market.Rules.Network, lease.Settled, match.Seller, Market.Verifier)) Violated($"{owner.Name} holds a lease that its seller did not sign");
        if (body.Activated is null || !SignedRecords.VerifySignature(Market.Rules.Network, body.Activated, match.Buyer, Market.Verifier)) Violated($"{owner.Name} holds a lease that its buyer did not activate");
        if (_owners.GetValueOrDefault(match.Bid) != match.Buyer || _owners.GetValueOrDefault(match.Ask) != match.Seller) Violated($"{owner.Name} holds a lease of offers that its parties did not make");
        if (Market.Find(match.Seller) is { IsHonest: true } && lease.Start.UnixMs > Market.Rules.Schedule.DeadlineOf(match.Slot).UnixMs + ClockTolerance) Violated($"{owner.Name} holds a lease that began at {lease.Start.UnixMs} ms, after the deadline of slot {match.Slot}");
        if (!_leases.TryAdd((match.Match, owner.Id), lease.Id) && _leases[(match.Match, owner.Id)] != lease.Id) Violated($"{owner.Name} holds two leases of the match {match.Match}");
    }
}
