using Google.Protobuf;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Certificates, votes and proposals leave late: just before their deadline, or after it.</summary>
public sealed class SpeaksLate(int mostMs) : Lie
{
    private bool _isSending;

    public override string Name => $"speaks up to {mostMs} ms late";

    internal override IMessage? Say(int to, IMessage message)
    {
        if (_isSending) return message;
        var late = Market.World.Random.Next(mostMs);
        switch (message)
        {
            case FillNotice notice when Market.Nodes[to] is TraderNode trader:
                Market.World.After(late, () => trader.Tell((BrokerNode)Liar, notice));
                return null;
            case Record { Kind: RecordKind.Certificate } certificate when Liar is BrokerNode broker:
                Market.World.After(late, () => Plainly(() => broker.Spread(to, certificate)));
                return null;
            case BrokerRequest { Vote: not null } or BrokerRequest { Proposal: not null }:
                var request = (BrokerRequest)message;
                Market.World.After(late, () => Plainly(() => Liar.Ask(to, Market.AnswerWithinMs, request, BrokerNode.ServesBrokers, _ => { })));
                return null;
            default:
                return message;
        }
    }

    private void Plainly(Action send)
    {
        if (!Liar.IsUp) return;
        _isSending = true;
        send();
        _isSending = false;
    }
}
