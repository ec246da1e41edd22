using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>The signatures in records that a broker's core reads itself: certificates, settlement records, evidence, proposals and votes.</summary>
/// <remarks>
/// The core alone decides about these, in its own order. Here its checks of signatures are made ahead, on another thread, by a verifier that remembers what it found;
/// what the core then asks for is known. What is not checked here, since it is of another broker set than this thread knows, the core checks as ever.
/// </remarks>
public sealed class RecordSignatures(MarketRules rules)
{
    /// <summary>How many checks a record costs at most; 0 where there is nothing to check ahead.</summary>
    /// <param name="set">The broker set, as far as it is known.</param>
    public static int CountOf(Record record, EpochConfig? set)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.Kind switch
        {
            RecordKind.Accepted or RecordKind.Released => 1,
            RecordKind.Settled => 2,
            RecordKind.Evidence when set is not null => 2,
            RecordKind.Vote or RecordKind.Proposal when set is not null => 1,
            // More than there are members are refused without a check.
            RecordKind.Certificate when set is not null && record.Members?.Signatures.Count is > 0 and var votes && votes <= set.Members.Count => votes,
            _ => 0,
        };
    }

    /// <summary>Checks them, as far as the record's form and the set allow; what is found right or wrong, the verifier was asked for.</summary>
    /// <param name="current">The slot: certificates of another time are refused without a check.</param>
    public void Check(Record record, EpochConfig? set, Slot current, ISignatureVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(record);
        switch (record.Kind)
        {
            case RecordKind.Accepted or RecordKind.Settled or RecordKind.Released:
                if (SettlementFactRecords.TryParse(record, out var terms)) SettlementFactRecords.Verify(rules.Network, record, terms, verifier);
                break;
            case RecordKind.Evidence:
                if (Evidence.TryParse(record, out var evidence) && set?.IndexOf(evidence.Offender) >= 0) evidence.Verify(rules.Network, verifier);
                break;
            case RecordKind.Certificate:
                if (set is not null && CertifiedSlot.TryParse(record, out var slot) && slot.Result.Slot <= current.Plus(2) && slot.LastSlot >= current.Value - rules.RetainSlots) slot.HasQuorum(rules.Network, set, verifier);
                break;
            case RecordKind.Vote or RecordKind.Proposal:
                if (set is not null && MemberOf(record, set) is { } member) SignedRecords.VerifySignature(rules.Network, record, member, verifier);
                break;
            default:
                break;
        }
    }

    /// <summary>Which member of the set must have signed a vote or a proposal; null where the core refuses it whoever did.</summary>
    private ParticipantId? MemberOf(Record record, EpochConfig set)
    {
        if (record.AuthorisationCase != Record.AuthorisationOneofCase.Signature) return null;
        if (record.Kind == RecordKind.Vote)
        {
            if (!SlotResult.TryParse(record, out var result) || result.Config != set.Id) return null;
            return ParticipantId.TryFromBytes(record.Signer.Span, out var voter) && set.IndexOf(voter) >= 0 ? voter : null;
        }

        if (!Proposal.TryParse(record, rules.BookDepth, out var proposal) || proposal.Result.Config != set.Id) return null;
        return set.ProposerOf(proposal.Result.Slot).Peer == proposal.Proposer ? proposal.Proposer : null;
    }
}
