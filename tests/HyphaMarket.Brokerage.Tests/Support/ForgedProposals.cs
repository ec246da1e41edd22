using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Support;

/// <summary>Proposals as a malicious proposer may sign them: any input, with the result that follows from it where one does.</summary>
internal static class ForgedProposals
{
    public static Record Of(BrokerNetwork network, Slot slot, IEnumerable<ForgedInput> inputs, IEnumerable<RecordId>? excuses = null, Action<ResultBody>? change = null)
    {
        var proposer = network.Signers.Single(signer => signer.Id == network.Config.ProposerOf(slot).Peer);
        var sorted = inputs.Select(input => (Input: input, Offer: Parse(input.Offer))).OrderBy(entry => entry.Offer.Id).ToArray();
        var entries = sorted.Select(entry => new ProposalInput(entry.Offer.Id, entry.Input.Free, entry.Input.FilledOwners ?? []).ToEntry()).ToArray();
        var input = new MatchInput(slot, Proposal.InputRootOf(entries), sorted.Select(entry => new MatchEntry(entry.Offer, entry.Input.Free, entry.Input.FilledOwners ?? [])).ToArray());
        var computed = MatchInputRules.Check(input, out _) ? ComputedFills.Of(network.Rules.Clearing, input) : new ComputedFills([], [], Hash256.Of("made up"u8), 0);
        var result = computed.ToResult(network.Rules, network.Config.Id, network.Config.Epoch, input);
        change?.Invoke(result);
        var body = new ProposalBody { Proposer = ByteString.CopyFrom(proposer.Id.Span), Result = result.ToByteString() };
        body.Inputs.AddRange(entries);
        body.Excuses.AddRange((excuses ?? []).Select(id => ByteString.CopyFrom(id.Value.ToArray())));
        return SignedRecords.Sign(network.Rules.Network, RecordKind.Proposal, body, proposer);
    }

    private static HyphaMarket.Market.Offers.Offer Parse(Record record) =>
        OfferRecords.TryParse(record.Body, out var offer) ? offer : throw new ArgumentException("Not an offer.", nameof(record));
}

/// <param name="Free">What the proposer says is free.</param>
internal sealed record ForgedInput(Record Offer, int Free = 1, IReadOnlyList<ParticipantId>? FilledOwners = null);
