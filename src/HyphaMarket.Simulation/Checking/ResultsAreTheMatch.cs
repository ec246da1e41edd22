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
    /// <summary>Slots beyond the longest life of an offer: brokers take no certificate of a slot whose offers have all ended, so its inputs ended no longer ago than that.</summary>
    private const int Grace = 64;

    private readonly OfferMemory<Offer> _offers = new(offer => offer.LastSlot);
    private readonly Dictionary<Slot, Dictionary<RecordId, IReadOnlyList<ProposalInput>>> _inputs = [];
    private readonly Dictionary<Slot, Hash256> _bytes = [];

    public override string Name => "a certified result is what the naive matcher makes of its input, byte for byte";

    public override Tolerance Tolerates => Tolerance.SafeBrokers;

    public override void OnSaid(IObservedNode node, Record record)
    {
        if (record.Kind == RecordKind.Offer && OfferRecords.TryParse(record, out var offer)) _offers.TryAdd(offer.Id, offer);
        else if (Proposal.TryParse(record, Market.Rules.BookDepth, out var proposal) && !_bytes.ContainsKey(proposal.Result.Slot)) Remember(proposal);
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
        if (!_inputs.Remove(slot.Result.Slot, out var ofSlot) || !ofSlot.TryGetValue(slot.Result.Id, out var proposed)) return;
        var inputs = new List<(Offer, int, IReadOnlyList<ParticipantId>)>();
        foreach (var input in proposed)
        {
            if (!_offers.TryGet(input.Offer, out var offer)) return;
            inputs.Add((offer, input.FreeQuantity, input.FilledOwners));
        }

        var expected = NaiveMatcher.Match(slot.Result.InputRoot, inputs).Select(fill => FillBodies.Of(fill, OfferOf(fill.Bid), OfferOf(fill.Ask))).ToArray();
        if (!expected.SequenceEqual(slot.Body.Fills)) Violated($"slot {slot.Result.Slot} has {slot.Body.Fills.Count} fills that are not the {expected.Length} of its {inputs.Count} inputs");
    }

    private Offer OfferOf(OfferId id) => _offers.TryGet(id, out var offer) ? offer : throw new InvalidOperationException($"The offer {id} is of the input.");

    /// <summary>Brokers take no certificate of a slot whose offers have all ended: such inputs are not asked for any more, and those of a certified slot neither.</summary>
    private void Remember(Proposal proposal)
    {
        var now = Market.Rules.Schedule.SlotAt(Market.Now);
        if (!_inputs.TryGetValue(proposal.Result.Slot, out var ofSlot))
        {
            var horizon = now.Plus(-2 * Market.Rules.TtlCapSlots);
            // Removing while walking is allowed.
            foreach (var old in _inputs.Keys) if (old < horizon) _inputs.Remove(old);
            _inputs.Add(proposal.Result.Slot, ofSlot = []);
        }

        if (ofSlot.TryAdd(proposal.Result.Id, proposal.Inputs)) _offers.Forget(now.Plus(-Grace - Market.Rules.TtlCapSlots));
    }
}
