using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Proofs;

/// <summary>Checks a proof from its bytes alone: who voted, what for, whether it keeps to what the owners signed, and whether the input gives this result.</summary>
/// <remarks>Everything that a proof holds is checked, so that no byte of a proof that holds can be changed without being noticed.</remarks>
public sealed class MatchProofVerifier(ISignatureVerifier verifier, IReadOnlySet<RecordId> trusted)
{
    /// <summary>As many broker sets as brokers serve.</summary>
    private const int MaxConfigs = 64;

    /// <param name="proof">As read from a file.</param>
    public ProofVerdict Verify(MatchProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        var verdict = new ProofVerdict();
        return CheckNetwork(proof, ref verdict)
            ?? CheckConfigs(proof, ref verdict)
            ?? CheckCertificate(proof, ref verdict)
            ?? CheckOffers(proof, ref verdict)
            ?? verdict;
    }

    private static ProofVerdict? CheckNetwork(MatchProof proof, ref ProofVerdict verdict)
    {
        if (proof.Network.Length == 0 || !StrictParser.TryParse(NetworkParameters.Parser.WithDiscardUnknownFields(true), proof.Network, out var parameters) || parameters.ToByteString() != proof.Network)
        {
            return Fault(verdict, ProofFault.BadNetwork, "The network's parameters are missing, or not in their canonical form.");
        }

        verdict = verdict with { Network = parameters, NetworkId = new NetworkId(Hash256.Of(proof.Network.Span)) };
        return null;
    }

    private ProofVerdict? CheckConfigs(MatchProof proof, ref ProofVerdict verdict)
    {
        if (proof.Configs.Count is 0 or > MaxConfigs) return Fault(verdict, ProofFault.BadBrokerSet, $"A proof has 1 to {MaxConfigs} broker sets, not {proof.Configs.Count}.");
        var configs = new List<EpochConfig>();
        EpochConfig? anchor = null;
        foreach (var record in proof.Configs)
        {
            if (!IsBare(record) || !EpochConfig.TryParse(record, out var config)) return Fault(verdict, ProofFault.BadBrokerSet, $"Broker set {configs.Count + 1} is malformed.");
            var previous = configs.LastOrDefault();
            if (previous is not null && (config.Previous != previous.Id || config.Epoch != previous.Epoch + 1 || config.Market != previous.Market))
            {
                return Fault(verdict, ProofFault.BadBrokerSet, $"The broker set of epoch {config.Epoch} does not follow the one before it.");
            }

            // A proof may begin with a change of a set that is not in it, but then only a reader who trusts the change itself can believe it.
            var isSigned = config.VotersAfter(previous) is null ? trusted.Contains(config.Id) : config.HasQuorum(verdict.NetworkId, EpochPhase.Commit, verifier, previous);
            if (!isSigned) return Fault(verdict, ProofFault.BadBrokerSet, $"The broker set of epoch {config.Epoch} lacks the signatures that make it one.");

            // An interregnum is signed by its own members: nothing leads from the set before to it.
            if (trusted.Contains(config.Id)) anchor = config;
            else if (config.Kind != EpochKind.Change) anchor = null;
            configs.Add(config);
        }

        verdict = verdict with { Configs = configs, Anchor = anchor };
        return null;
    }

    private ProofVerdict? CheckCertificate(MatchProof proof, ref ProofVerdict verdict)
    {
        if (proof.Certificate is not { } certificate) return Fault(verdict, ProofFault.NoCertificate, "The file tells broker sets and no match.");
        var config = verdict.Configs[^1];
        var verification = FillCertificates.Verify(verdict.NetworkId, config, certificate, verifier);
        if (!verification.IsProven) return Fault(verdict, ProofFault.BadCertificate, verification.Failure!);
        if (verification.Result!.Body.Epoch != config.Epoch || certificate.Votes.Attempt != 0) return Fault(verdict, ProofFault.BadCertificate, "The result is of another epoch than its broker set.");
        verdict = verdict with
        {
            Result = verification.Result,
            Fill = verification.Fill,
            Match = verification.MatchId,
            Voters = [.. certificate.Votes.Signatures.Select(vote => config.Members[(int)vote.Member].Peer)],
        };
        return null;
    }

    private ProofVerdict? CheckOffers(MatchProof proof, ref ProofVerdict verdict)
    {
        var offers = new Dictionary<OfferId, Offer>();
        foreach (var record in proof.Offers)
        {
            if (record.Kind != RecordKind.Offer || !IsBare(record) || !OfferRecords.TryParse(record.Body, out var offer)) return Fault(verdict, ProofFault.BadOffer, $"Offer {offers.Count + 1} is malformed.");
            if (offer.Market != verdict.Configs[^1].Market || !offers.TryAdd(offer.Id, offer)) return Fault(verdict, ProofFault.BadOffer, $"Offer {offer.Id} is of another market, or there twice.");
            if (!SignedRecords.VerifySignature(verdict.NetworkId, record, offer.Owner, verifier)) return Fault(verdict, ProofFault.BadOffer, $"Offer {offer.Id} is not signed by its owner.");
        }

        var legs = verdict.Fill!.Legs.Select(leg => new OfferId(new Hash256(leg.Offer.Span))).ToArray();
        var wanted = proof.Inputs.Count == 0 ? legs : [.. proof.Inputs.Select(input => input.Offer.Length == Hash256.Size ? new OfferId(new Hash256(input.Offer.Span)) : default)];
        if (!proof.Offers.Select(record => new OfferId(SignedRecords.IdOf(record).Value)).SequenceEqual(wanted) || !legs.All(offers.ContainsKey))
        {
            return Fault(verdict, ProofFault.BadOffer, "The offers are not those of the match.");
        }

        var fill = CertifiedFillVerifier.FillOf(verdict.Result!, verdict.Fill!, verdict.Match);
        if (!SpotMatch.TryRead(fill, out var match)) return Fault(verdict, ProofFault.TermsBroken, "The fill is not one bid and one ask.");
        if (match.FaultWith(offers[legs[0]], offers[legs[1]]) is { } fault) return Fault(verdict, ProofFault.TermsBroken, fault);
        return proof.Inputs.Count == 0 ? null : Recompute(proof, offers, ref verdict);
    }

    private static ProofVerdict? Recompute(MatchProof proof, Dictionary<OfferId, Offer> offers, ref ProofVerdict verdict)
    {
        var result = verdict.Result!;
        var entries = new List<MatchEntry>();
        foreach (var input in proof.Inputs)
        {
            if (!ProposalInput.TryParse(input, out var entry)) return Fault(verdict, ProofFault.BadInput, $"Input {entries.Count + 1} is malformed.");
            entries.Add(new MatchEntry(offers[entry.Offer], entry.FreeQuantity, entry.FilledOwners));
        }

        if (Proposal.InputRootOf(proof.Inputs) != result.InputRoot) return Fault(verdict, ProofFault.BadInput, "The input is not the one that was voted for.");
        var depth = (int)Math.Min(int.MaxValue, verdict.Network!.BookDepth) / 2;
        if (entries.GroupBy(entry => entry.Offer.Side).Any(side => side.Count() > depth)) return Fault(verdict, ProofFault.BadInput, $"A side of the input has more than {depth} offers.");
        var matched = new MatchInput(result.Slot, result.InputRoot, entries);
        if (!MatchInputRules.Check(matched, out var problem)) return Fault(verdict, ProofFault.BadInput, problem);
        if (ClearingRules.Find(result.Body.ClearingRule) is not { } rule) return Fault(verdict, ProofFault.BadInput, $"This version does not know the clearing rule {result.Body.ClearingRule}.");
        if (!entries.All(entry => rule.Accepts(entry.Offer))) return Fault(verdict, ProofFault.BadInput, $"The input has terms that {rule.Name} cannot clear.");

        var computed = ComputedFills.Of(rule, matched);
        if (computed.Root != result.ResultRoot || computed.Fills.Count != result.Body.Fills || computed.SurplusMicros != result.Body.SurplusMicros)
        {
            return Fault(verdict, ProofFault.OtherResult, "The input gives another result than the one that was certified.");
        }

        verdict = verdict with { RecomputedFrom = entries.Count };
        return null;
    }

    /// <summary>Nothing but what signatures or hashes cover.</summary>
    private static bool IsBare(Record record) => record.Signer.IsEmpty && record.WorkNonce == 0;

    private static ProofVerdict Fault(ProofVerdict verdict, string code, string detail) => verdict with { Fault = new ProofFault(code, detail) };
}
