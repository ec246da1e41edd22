using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Shows some or all of its fellow brokers another proposal than its honest core drew up, and another vote with it.</summary>
public abstract class TellsAnotherStory(Conspiracy conspiracy) : Lie
{
    private readonly Dictionary<Slot, Conspiracy.Variant?> _variants = [];

    protected Conspiracy Conspiracy { get; } = conspiracy;

    internal override IMessage? Say(int to, IMessage message)
    {
        if (message is not BrokerRequest request) return message;
        if (request.Proposal is { } proposal && ProposalBody.Parser.ParseFrom(proposal.Body) is var body && body.Proposer.Span.SequenceEqual(Liar.Id.Span) && SlotResult.TryParse(body.Result, out var proposed))
        {
            return Hears(to, proposed.Slot) && VariantOf(proposed.Slot, proposal) is { } variant ? new BrokerRequest(request) { Proposal = variant.Proposal } : message;
        }

        return request.Vote is { } vote && SlotResult.TryParse(vote, out var result) && Hears(to, result.Slot) && _variants.GetValueOrDefault(result.Slot) is { } second
            ? new BrokerRequest(request) { Vote = second.Vote }
            : message;
    }

    /// <summary>Whether that node gets the other story of the slot.</summary>
    private protected virtual bool Hears(int to, Slot slot) => true;

    /// <summary>The other story; null to tell the honest one. Asked once a slot.</summary>
    private protected abstract Conspiracy.Variant? Vary(Slot slot, Record proposal);

    private Conspiracy.Variant? VariantOf(Slot slot, Record proposal)
    {
        if (!_variants.TryGetValue(slot, out var variant)) _variants.Add(slot, variant = Vary(slot, proposal));
        return variant;
    }
}
