using Google.Protobuf;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Cancels what it has just offered, at some brokers, and tells its own settlement nothing of it.</summary>
public sealed class RacesCancels : Lie
{
    public override string Name => "races its cancels";

    internal override IMessage? Say(int to, IMessage message)
    {
        if (message is not Record { Kind: RecordKind.Offer } offer || !Market.World.Chance(0.4)) return message;
        var cancel = SignedRecords.Sign(Market.Rules.Network, RecordKind.Cancel, new CancelBody { Offer = offer.Body }, Liar.Keys);
        Market.World.After(Market.World.Random.Next(4_000), () =>
        {
            if (Liar.IsUp) Liar.Ask(to, Market.AnswerWithinMs, cancel, BrokerNode.TakesRecords, _ => { });
        });
        return message;
    }
}
