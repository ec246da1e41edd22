using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

// Certificates, and what sellers sign about the matches in them.
public sealed partial class MarketBroker
{
    /// <summary>Certificates kept of one slot. Two prove that more brokers are malicious than the set withstands, and convict them; such brokers could make any number.</summary>
    private const int MostCertificates = 2;

    private readonly SortedDictionary<Slot, int> _certificates = [];

    private AdmissionVerdict IngestCertificate(Record record)
    {
        var id = SignedRecords.IdOf(record);
        if (_replica.Contains(id)) return AdmissionVerdict.Known;
        if (!CertifiedSlot.TryParse(record, out var slot)) return AdmissionVerdict.Wrong(OfferRefusal.Malformed, "The certificate cannot be read.");
        if (_sets.Find(slot.Result.Config, slot.Result.Slot) is not { } config) return AdmissionVerdict.Refused(OfferRefusal.NotBroker, "The certificate is of a broker set that I do not know.");
        if (slot.Result.Slot > CurrentSlot.Plus(2) || slot.LastSlot < CurrentSlot.Value - _rules.RetainSlots) return AdmissionVerdict.Refused(OfferRefusal.OutsideSlotWindow, "The certificate is of another time.");
        // No offer lasts so long; and only what ends is forgotten.
        if (slot.LastSlot > slot.Result.Slot.Value + _rules.TtlCapSlots) return AdmissionVerdict.Refused(OfferRefusal.OutsideSlotWindow, "The certificate is of offers that last too long.");
        if (_certificates.GetValueOrDefault(slot.Result.Slot) >= MostCertificates) return AdmissionVerdict.Refused(OfferRefusal.Duplicate, "Certificates enough of this slot are known.");
        if (!slot.HasQuorum(_rules.Network, config, _verifier)) return AdmissionVerdict.Wrong(OfferRefusal.BadSignature, "The votes of a quorum are missing.");
        KeepCertified(slot);
        return AdmissionVerdict.New;
    }

    private void KeepCertified(CertifiedSlot slot)
    {
        if (!_replica.Add(slot.Id, slot.Record, new Slot(slot.LastSlot))) return;
        BookVersion++;
        _certificates[slot.Result.Slot] = _certificates.GetValueOrDefault(slot.Result.Slot) + 1;
        foreach (var wrong in _ledger.OnCertified(slot)) _replica.Remove(wrong);
        var state = StateOf(slot.Result.Slot);
        NoteVotesIn(slot, state);
        if (state.Certified is not null)
        {
            Report(BrokerReport.Equivocation, slot.Result.Slot, $"results {state.Certified.Result.Id} and {slot.Result.Id} are both certified: more brokers are malicious than the set withstands");
            return;
        }

        state.Certified = slot;
        state.ResendAt = null;
        if (slot.Result.Slot > _lastCertified && slot.Fills.Count > 0) (_lastCertified, _lastPriceMicros) = (slot.Result.Slot, slot.Fills[^1].Legs[0].PriceMicros);
        _effects.Enqueue(new BrokerEffect.Certified(slot));
        Report(BrokerReport.Certified, slot.Result.Slot, $"{slot.Fills.Count} fills");
    }

    private AdmissionVerdict IngestFact(Instant now, ParticipantId from, Record record, RecordSource source)
    {
        if (!SettlementFactRecords.TryParse(record, out var terms)) return AdmissionVerdict.Wrong(OfferRefusal.Malformed, "The settlement record cannot be read.");
        if (terms.Market != _marketBytes) return AdmissionVerdict.Wrong(OfferRefusal.UnknownMarket, "The match is of another market.");
        if (terms.LastSlot < CurrentSlot.Value - _rules.RetainSlots || terms.LastSlot > CurrentSlot.Value + (2 * _rules.TtlCapSlots)) return AdmissionVerdict.Refused(OfferRefusal.OutsideSlotWindow, "The match is of another time.");
        if (RateLimited(now, from, source) is { } limited) return limited;
        var id = SignedRecords.IdOf(record);
        if (_replica.Contains(id)) return AdmissionVerdict.Known;
        if (_ledger.Find(new Hash256(terms.Match.Span)) is { } fill)
        {
            if (!terms.Equals(fill.Terms)) return AdmissionVerdict.Wrong(OfferRefusal.Malformed, "The record states other terms than the match's certificate.");
        }
        else if (source != RecordSource.FellowBroker)
        {
            return AdmissionVerdict.Refused(OfferRefusal.Malformed, "I know no certificate of this match. Send the record again in a moment, or to a broker that told you of the match.");
        }

        if (!SettlementFactRecords.Verify(_rules.Network, record, terms, _verifier)) return AdmissionVerdict.Wrong(OfferRefusal.BadSignature, "A signature in the settlement record is wrong.");
        if (!_ledger.TryNote(record.Kind, terms, id, out var displaced))
        {
            // The seller said the same before in other words: the fact stands. Or there are too many facts about matches that I do not know.
            return AdmissionVerdict.Known;
        }

        if (displaced is { } other) _replica.Remove(other);
        BookVersion++;
        _replica.Add(id, record, new Slot(terms.LastSlot));
        return AdmissionVerdict.New;
    }
}
