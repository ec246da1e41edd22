using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Spreads what others once signed, as it was, or signed for another network, or with its body changed.</summary>
public sealed class Replays(Conspiracy conspiracy) : Lie
{
    public override string Name => "replays and forges records";

    internal override void Act()
    {
        if (conspiracy.Heard.Count == 0 || Liar is not BrokerNode broker) return;
        var random = Market.World.Random;
        for (var i = 0; i < 4; i++)
        {
            var old = conspiracy.Heard[random.Next(conspiracy.Heard.Count)];
            var record = random.Next(4) switch
            {
                0 => SignedRecords.Sign(new NetworkId(Hash256.Of("another network"u8)), old.Kind, old.Body, Liar.Keys),
                1 => new Record(old) { Body = Flipped(old.Body) },
                _ => old,
            };
            foreach (var other in Market.Brokers.Where(other => other.Id != Liar.Id)) broker.Spread(other.Number, record);
        }
    }

    private ByteString Flipped(ByteString body)
    {
        if (body.IsEmpty) return body;
        var bytes = body.ToByteArray();
        bytes[Market.World.Random.Next(bytes.Length)] ^= (byte)(1 << Market.World.Random.Next(8));
        return ByteString.CopyFrom(bytes);
    }
}
