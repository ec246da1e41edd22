using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>Two offers with one sequence would be evidence against their owner; a restart must not make them.</summary>
public sealed class SequencesAreUsedOnce : Invariant
{
    private readonly Dictionary<(int Trader, ulong Sequence), OfferId> _used = [];

    public override string Name => "an honest owner uses a sequence once, across restarts";

    internal override void OnSubmitted(TraderNode trader, Record record)
    {
        if (record.Kind != RecordKind.Offer || !OfferRecords.TryParse(record.Body, out var offer)) return;
        if (!_used.TryAdd((trader.Number, offer.Sequence), offer.Id) && _used[(trader.Number, offer.Sequence)] != offer.Id) Violated($"{trader.Name} signed two offers with the sequence {offer.Sequence}");
    }
}
