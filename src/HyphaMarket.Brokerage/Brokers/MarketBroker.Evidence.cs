using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

// Brokers that contradicted themselves.
public sealed partial class MarketBroker
{
    /// <summary>
    /// Of evidence against one member the record with the lowest id is kept, so that replicas become equal; but who signs contradictions can sign many,
    /// and would be heard as often as it finds a lower id. So many records of one member are taken, and no more.
    /// </summary>
    private const int MostEvidenceTaken = 16;

    private readonly SortedDictionary<ParticipantId, Conviction> _convicted = [];

    /// <summary>Members that signed two proposals, or two votes, of one slot: "that broker proposes no more while the set lives".</summary>
    public IEnumerable<ParticipantId> Convicted => _convicted.Keys;

    private bool IsConvicted(ParticipantId member) => _convicted.ContainsKey(member);

    /// <summary>Notes a vote of a member, whose signature was checked; a second one of the slot convicts it and does not count.</summary>
    private bool NoteVote(SlotState state, int member, RecordId result, Record vote)
    {
        if (state.Votes.TryAdd(member, (result, vote)))
        {
            _heard++;
            return true;
        }

        if (state.Votes[member] is var known && known.Result != result) Accuse(known.Vote, vote);
        return false;
    }

    /// <summary>The signatures under a certificate are votes like others: two certificates of a slot convict everybody who signed both.</summary>
    private void NoteVotesIn(CertifiedSlot slot, SlotState state)
    {
        var config = _sets.Of(slot.Result.Slot);
        if (slot.Result.Config != config.Id) return;
        foreach (var signature in slot.Record.Members.Signatures)
        {
            var member = (int)signature.Member;
            if (config.Members[member].Peer == _signer.Id) NoteOwn(slot.Result.Slot, slot.Result.Id);
            if (state.Votes.TryGetValue(member, out var known) && known.Result == slot.Result.Id) continue;
            NoteVote(state, member, slot.Result.Id, new Record
            {
                Kind = RecordKind.Vote,
                Body = slot.Result.Bytes,
                Signer = ByteString.CopyFrom(config.Members[member].Peer.Span),
                Signature = signature.Signature,
            });
        }
    }

    /// <summary>Two records whose signatures I checked contradict each other.</summary>
    private void Accuse(Record one, Record other)
    {
        if (Evidence.TryBuild(one, other, out var evidence) && Believe(evidence) && evidence.Record.Body.Length <= Evidence.MaxSize) _effects.Enqueue(new BrokerEffect.Gossip(evidence.Record));
    }

    private AdmissionVerdict IngestEvidence(Instant now, ParticipantId from, Record record, RecordSource source)
    {
        if (!Evidence.TryParse(record, out var evidence)) return AdmissionVerdict.Wrong(OfferRefusal.Malformed, "This is no evidence of a contradiction.");
        if (evidence.Market != _rules.Market) return AdmissionVerdict.Wrong(OfferRefusal.UnknownMarket, $"The evidence is of market {evidence.Market}; I broker {_rules.Market}.");
        if (!IsOfMySet(evidence)) return AdmissionVerdict.Refused(OfferRefusal.NotBroker, "The evidence is against nobody of my broker set, or of a time before it.");
        if (RateLimited(now, from, source) is { } limited) return limited;
        if (!IsWanted(evidence)) return AdmissionVerdict.Known;
        if (!evidence.Verify(_rules.Network, _verifier)) return AdmissionVerdict.Wrong(OfferRefusal.BadSignature, "A signature in the evidence is wrong.");
        return Believe(evidence) ? AdmissionVerdict.New : AdmissionVerdict.Known;
    }

    /// <summary>What a broker signed before the set began counts no more: a conviction lives as long as the set.</summary>
    private bool IsOfMySet(Evidence evidence) => Config.IndexOf(evidence.Offender) >= 0 && evidence.Slot >= Config.FirstSlot;

    /// <summary>A next set began.</summary>
    private void ForgetEvidence()
    {
        foreach (var (offender, conviction) in _convicted.Where(entry => entry.Value.Slot < Config.FirstSlot || Config.IndexOf(entry.Key) < 0).ToArray())
        {
            _convicted.Remove(offender);
            if (conviction.Kept is { } kept) _replica.Remove(kept);
        }
    }

    /// <summary>Whether evidence says what I do not know, or is the record of it that all brokers are to keep.</summary>
    private bool IsWanted(Evidence evidence) =>
        !_convicted.TryGetValue(evidence.Offender, out var known)
        || (evidence.Record.Body.Length <= Evidence.MaxSize && known.Taken < MostEvidenceTaken && (known.Kept is not { } kept || evidence.Id < kept));

    /// <summary>
    /// Convicts its offender. The record is kept while the set lives, and not only until its slot's deadline: a broker that starts anew must learn
    /// whose turns are void. That is bounded too: one record a member.
    /// </summary>
    /// <returns>False where it is not kept.</returns>
    private bool Believe(Evidence evidence)
    {
        if (!IsOfMySet(evidence) || !IsWanted(evidence)) return false;
        if (!_convicted.TryGetValue(evidence.Offender, out var conviction))
        {
            _convicted.Add(evidence.Offender, conviction = new Conviction { Slot = evidence.Slot });
            Report(BrokerReport.Equivocation, evidence.Slot, $"{evidence.Offender} signed two {(evidence.Kind == RecordKind.Vote ? "votes" : "proposals")}: it proposes no more while this broker set lives");
        }

        if (evidence.Offender == _signer.Id && evidence.Slot > _lossNotedThrough) NoteLoss(evidence.Id.Value, "This node signed two contradicting records: its journal is an old copy, or its key is used twice.");
        // Too large to be sent: it convicts where both records came, and nowhere else.
        if (evidence.Record.Body.Length > Evidence.MaxSize) return true;
        conviction.Taken++;
        if (conviction.Kept is { } worse) _replica.Remove(worse);
        (conviction.Kept, conviction.Slot) = (evidence.Id, evidence.Slot);
        _replica.Add(evidence.Id, evidence.Record, new Slot(long.MaxValue));
        return true;
    }

    /// <summary>What is known against one member.</summary>
    private sealed class Conviction
    {
        /// <summary>The slot of the contradiction.</summary>
        public Slot Slot { get; set; }

        /// <summary>The record in the replica; null where the contradiction is too large to be one.</summary>
        public RecordId? Kept { get; set; }

        /// <summary>Records taken so far, the replaced ones too.</summary>
        public int Taken { get; set; }
    }
}
