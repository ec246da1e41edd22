using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Proofs;

/// <summary>Makes proofs of what a broker told.</summary>
public static class MatchProofs
{
    /// <param name="configs">Broker sets that lead to the one that voted, which is the last.</param>
    /// <param name="notice">As a broker told it; null for broker sets alone.</param>
    public static MatchProof Of(NetworkParameters network, IEnumerable<EpochConfig> configs, FillNotice? notice)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(configs);
        var proof = new MatchProof { Network = network.ToByteString() };
        proof.Configs.AddRange(configs.Select(config => new Record { Kind = RecordKind.Epoch, Body = config.Record.Body, Members = config.Record.Members }));
        if (notice is null) return proof;
        proof.Certificate = notice.Certificate;
        proof.Offers.AddRange(notice.Offers.Select(WithoutWork));
        return proof;
    }

    /// <summary>The same proof with the slot's input, from which the match can be recomputed; null where this is not the input that was voted for.</summary>
    /// <param name="slot">As any broker told it.</param>
    public static MatchProof? WithInput(this MatchProof proof, SlotResponse slot)
    {
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentNullException.ThrowIfNull(slot);
        if (slot.Inputs.Count == 0 || slot.Inputs.Count != slot.Offers.Count) return null;
        if (!Certificates.SlotResult.TryParse(proof.Certificate, out var result) || Proposal.InputRootOf(slot.Inputs) != result.InputRoot) return null;
        for (var i = 0; i < slot.Inputs.Count; i++)
        {
            if (slot.Offers[i].Kind != RecordKind.Offer || Wire.SignedRecords.IdOf(slot.Offers[i]).Value != new Hash256(slot.Inputs[i].Offer.Span)) return null;
        }

        var full = proof.Clone();
        full.Inputs.AddRange(slot.Inputs);
        full.Offers.Clear();
        full.Offers.AddRange(slot.Offers.Select(WithoutWork));
        return full;
    }

    /// <summary>Work is for admission and proves nothing afterwards; a proof has nothing in it that is not checked.</summary>
    private static Record WithoutWork(Record offer)
    {
        var kept = new Record { Kind = offer.Kind, Body = offer.Body };
        if (offer.AuthorisationCase == Record.AuthorisationOneofCase.Bundle) kept.Bundle = offer.Bundle;
        else kept.Signature = offer.Signature;
        return kept;
    }
}
