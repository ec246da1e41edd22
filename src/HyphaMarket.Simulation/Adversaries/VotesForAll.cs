using Google.Protobuf;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Signs a vote for every proposal that it hears of, and for none of its own judgement.</summary>
public sealed class VotesForAll(Conspiracy conspiracy) : Lie
{
    private readonly HashSet<ByteString> _voted = [];

    public override string Name => "votes for everything";

    internal override void Hear(int from, IMessage message)
    {
        if (message is not BrokerRequest { Proposal: { } proposal }) return;
        var result = ProposalBody.Parser.ParseFrom(proposal.Body).Result;
        if (!_voted.Add(result)) return;
        var vote = conspiracy.VoteOf(Liar, result);
        var request = new BrokerRequest
        {
            Network = ByteString.CopyFrom(Market.Rules.Network.Value.ToArray()),
            Market = ByteString.CopyFrom(Market.Rules.Market.ToArray()),
            Vote = vote,
            SenderUnixMs = Liar.Clock.UnixMs,
        };
        foreach (var broker in Market.Brokers.Where(broker => broker.Id != Liar.Id))
        {
            Liar.Ask(broker.Number, Market.AnswerWithinMs, request, BrokerNode.ServesBrokers, _ => { });
        }
    }
}
