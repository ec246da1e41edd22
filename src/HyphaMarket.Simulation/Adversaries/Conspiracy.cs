using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>What the malicious know together: everything that was ever said, and each other's keys. It listens as invariants do, and judges nothing.</summary>
public sealed class Conspiracy : Invariant
{
    /// <summary>Records kept for replays: some minutes of a market.</summary>
    private const int MostRecords = 512;

    /// <summary>Slots beyond the longest life of an offer, after which no proposal of a liar names it unless it is among the latest.</summary>
    private const int Grace = 64;

    private readonly OfferMemory<(Offer Offer, Record Record)> _offers = new(known => known.Offer.LastSlot);
    private readonly List<OfferId> _latestOffers = [];
    private readonly List<Record> _heard = [];
    private readonly List<CertifiedSlot> _certified = [];

    public override string Name => "the malicious hear everything";

    /// <summary>The malicious brokers.</summary>
    internal List<BrokerNode> Brokers { get; } = [];

    /// <summary>Offers that anybody signed lately, the newest last.</summary>
    internal IReadOnlyList<OfferId> LatestOffers => _latestOffers;

    /// <summary>Records of any kind, in the order in which they were first said.</summary>
    internal IReadOnlyList<Record> Heard => _heard;

    /// <summary>Certificates, the newest last.</summary>
    internal IReadOnlyList<CertifiedSlot> Certified => _certified;

    private SimulatedMarket Simulated => (SimulatedMarket)Market;

    internal (Offer Offer, Record Record)? Find(OfferId id) => _offers.TryGet(id, out var known) ? known : null;

    public override void OnSaid(IObservedNode node, Record record)
    {
        if (record.Kind == RecordKind.Offer && OfferRecords.TryParse(record, out var offer) && _offers.TryAdd(offer.Id, (offer, record)))
        {
            Keep(_latestOffers, offer.Id);
            _offers.Forget(Market.Rules.Schedule.SlotAt(Market.Now).Plus(-Grace - Market.Rules.TtlCapSlots), _latestOffers);
        }
        else if (record.Kind == RecordKind.Certificate && CertifiedSlot.TryParse(record, out var slot)) Keep(_certified, slot);
        Keep(_heard, record);
    }

    /// <summary>A set smaller than was drawn withstands fewer: what is promised follows from the malicious members of each set.</summary>
    public override void OnAdopted(IObservedNode node, EpochConfig config)
    {
        var bad = config.Members.Count(member => Market.Find(member.Peer) is not { IsHonest: true });
        var (n, f) = (config.Members.Count, (config.Members.Count - 1) / 3);
        var withstood = bad <= f ? Tolerance.LiveBrokers : bad <= (2 * (n - f)) - n - 1 ? Tolerance.SafeBrokers : Tolerance.AnyBrokers;
        if (withstood < Simulated.Observe.Malicious) Simulated.Observe.Malicious = withstood;
    }

    /// <summary>Another proposal of the same slot by the same liar, with a vote for it: well formed, and as true or false as the change makes it.</summary>
    /// <param name="change">Changes the inputs; false where there is nothing to change.</param>
    /// <param name="falsify">Changes the computed result into what it is not.</param>
    internal bool TryVary(SimulatedNode liar, Record proposal, Func<List<InputEntry>, bool> change, Action<ResultBody>? falsify, [NotNullWhen(true)] out Variant? variant)
    {
        variant = null;
        var body = ProposalBody.Parser.ParseFrom(proposal.Body).Clone();
        if (!SlotResult.TryParse(body.Result, out var result)) return false;
        var inputs = body.Inputs.ToList();
        if (!change(inputs)) return false;
        inputs = [.. inputs.OrderBy(input => new OfferId(new Hash256(input.Offer.Span)))];
        var entries = new List<MatchEntry>();
        foreach (var input in inputs)
        {
            if (Find(new OfferId(new Hash256(input.Offer.Span))) is not { } known) return false;
            entries.Add(new MatchEntry(known.Offer, (int)input.FreeQuantity, [.. input.FilledOwners.Select(owner => new ParticipantId(owner.Span))]));
        }

        var matched = new MatchInput(result.Slot, Proposal.InputRootOf(inputs), entries);
        var told = result.Body.Clone();
        told.InputRoot = ByteString.CopyFrom(matched.InputRoot.ToArray());
        // An input that breaks the rules of matching has no result; the liar keeps the old one.
        if (MatchInputRules.Check(matched, out _))
        {
            var computed = ComputedFills.Of(Simulated.Rules.Clearing, matched);
            (told.ResultRoot, told.Fills, told.SurplusMicros) = (ByteString.CopyFrom(computed.Root.ToArray()), (uint)computed.Bodies.Count, computed.SurplusMicros);
        }

        falsify?.Invoke(told);
        body.Inputs.Clear();
        body.Inputs.AddRange(inputs);
        body.Result = told.ToByteString();
        variant = new Variant(SignedRecords.Sign(Simulated.Rules.Network, RecordKind.Proposal, body, liar.Keys), VoteOf(liar, body.Result));
        return true;
    }

    /// <summary>The liar's vote for any result.</summary>
    internal Record VoteOf(SimulatedNode liar, ByteString result)
    {
        var vote = SignedRecords.Sign(Simulated.Rules.Network, RecordKind.Vote, result, liar.Keys);
        vote.Signer = ByteString.CopyFrom(liar.Id.Span);
        return vote;
    }

    private static void Keep<T>(List<T> list, T item)
    {
        if (list.Count == MostRecords) list.RemoveRange(0, MostRecords / 2);
        list.Add(item);
    }

    /// <summary>A second story of a slot.</summary>
    internal sealed record Variant(Record Proposal, Record Vote);
}
