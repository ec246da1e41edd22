using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>"Identical bytes everywhere, equal to the naive matcher": every certificate is what its proposal's input gives, and the same at all brokers.</summary>
public sealed class ResultsAreTheMatch : Invariant
{
    private readonly Dictionary<OfferId, Offer> _offers = [];
    private readonly Dictionary<RecordId, Proposal> _inputs = [];
    private readonly Queue<(Slot Slot, RecordId Result)> _oldest = [];
    private readonly Dictionary<Slot, Hash256> _bytes = [];

    public override string Name => "a certified result is what the naive matcher makes of its input, byte for byte";

    public override Tolerance Tolerates => Tolerance.SafeBrokers;

    public override void OnSaid(IObservedNode node, Record record)
    {
        if (record.Kind == RecordKind.Offer && OfferRecords.TryParse(record, out var offer)) _offers[offer.Id] = offer;
        else if (Proposal.TryParse(record, Market.Rules.BookDepth, out var proposal) && _inputs.TryAdd(proposal.Result.Id, proposal)) Remember(proposal.Result);
    }

    public override void OnCertified(IObservedNode broker, CertifiedSlot slot)
    {
        var bytes = Hash256.Of(slot.Record.Body.Span);
        if (!_bytes.TryAdd(slot.Result.Slot, bytes))
        {
            if (_bytes[slot.Result.Slot] != bytes) Violated($"{broker.Name} has other bytes of slot {slot.Result.Slot} than another broker");
            return;
        }

        // Of a proposal that only liars told each other the input is not known.
        if (!_inputs.TryGetValue(slot.Result.Id, out var proposal)) return;
        var inputs = new List<(Offer, int, IReadOnlyList<ParticipantId>)>();
        foreach (var input in proposal.Inputs)
        {
            if (!_offers.TryGetValue(input.Offer, out var offer)) return;
            inputs.Add((offer, input.FreeQuantity, input.FilledOwners));
        }

        var expected = NaiveMatcher.Match(slot.Result.InputRoot, inputs).Select(fill => FillBodies.Of(fill, _offers[fill.Bid], _offers[fill.Ask])).ToArray();
        if (!expected.SequenceEqual(slot.Body.Fills)) Violated($"slot {slot.Result.Slot} has {slot.Body.Fills.Count} fills that are not the {expected.Length} of its {inputs.Count} inputs");
    }

    /// <summary>Brokers take no certificate of a slot whose offers have all ended: such inputs are not asked for any more.</summary>
    private void Remember(SlotResult result)
    {
        _oldest.Enqueue((result.Slot, result.Id));
        var horizon = Market.Rules.Schedule.SlotAt(Market.Now).Plus(-2 * Market.Rules.TtlCapSlots);
        while (_oldest.TryPeek(out var old) && old.Slot < horizon) _inputs.Remove(_oldest.Dequeue().Result);
    }
}
