using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>Two offers with one sequence would be evidence against their owner; a restart must not make them.</summary>
public sealed class SequencesAreUsedOnce : Invariant
{
    private readonly Dictionary<(ParticipantId Owner, ulong Sequence), OfferId> _used = [];

    public override string Name => "an honest owner uses a sequence once, across restarts";

    public override void OnSaid(IObservedNode node, Record record)
    {
        if (!node.IsHonest || record.Kind != RecordKind.Offer || !OfferRecords.TryParse(record, out var offer) || offer.Owner != node.Id) return;
        if (!_used.TryAdd((node.Id, offer.Sequence), offer.Id) && _used[(node.Id, offer.Sequence)] != offer.Id) Violated($"{node.Name} signed two offers with the sequence {offer.Sequence}");
    }
}
