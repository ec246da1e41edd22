using Google.Protobuf;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Gives some owners their receipts and tells nobody of their offers: not by gossip, not by reconciliation, not in its proposals.</summary>
public sealed class Censors(Conspiracy conspiracy, IReadOnlySet<ParticipantId> owners) : TellsAnotherStory(conspiracy)
{
    public override string Name => $"censors {owners.Count} owners";

    internal override IMessage? Say(int to, IMessage message)
    {
        switch (message)
        {
            case Record record:
                return IsCensored(record) ? null : record;
            case BrokerRequest { Push: { } push } request when push.Records.Any(IsCensored):
                return new BrokerRequest(request) { Push = Uncensored(push.Records) };
            case BrokerResponse { Records: { } batch } response when batch.Records.Any(IsCensored):
                return new BrokerResponse(response) { Records = Uncensored(batch.Records) };
            default:
                return base.Say(to, message);
        }
    }

    private protected override Conspiracy.Variant? Vary(Slot slot, Record proposal)
    {
        Conspiracy.TryVary(
            Liar,
            proposal,
            inputs => inputs.RemoveAll(input => Conspiracy.Find(new OfferId(new Hash256(input.Offer.Span))) is { } known && owners.Contains(known.Offer.Owner)) > 0 && inputs.Count > 0,
            falsify: null,
            out var variant);
        return variant;
    }

    private bool IsCensored(Record record) => record.Kind == RecordKind.Offer && OfferRecords.TryParse(record, out var offer) && owners.Contains(offer.Owner);

    private RecordBatch Uncensored(IEnumerable<Record> records)
    {
        var batch = new RecordBatch();
        batch.Records.AddRange(records.Where(record => !IsCensored(record)));
        return batch;
    }
}
