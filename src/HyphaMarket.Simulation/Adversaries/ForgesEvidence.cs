using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Makes up a second vote beside a real one of another broker, and spreads both as evidence.</summary>
public sealed class ForgesEvidence(Conspiracy conspiracy) : Lie
{
    public override string Name => "forges evidence";

    internal override void Act()
    {
        if (Liar is not BrokerNode broker) return;
        var real = conspiracy.Heard.LastOrDefault(record => record.Kind == RecordKind.Vote && !record.Signer.Span.SequenceEqual(Liar.Id.Span));
        if (real is null || !SlotResult.TryParse(real.Body, out var result)) return;
        var other = new ResultBody(result.Body) { ResultRoot = ByteString.CopyFrom(Hash256.Of("made up"u8).ToArray()) };
        var forged = new Record(real) { Body = other.ToByteString() };
        if (!Evidence.TryBuild(real, forged, out var evidence)) return;
        foreach (var fellow in Market.Brokers.Where(fellow => fellow.Id != Liar.Id)) broker.Spread(fellow.Number, evidence.Record);
    }
}
