using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Ids;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Accepts, settles and releases matches of others in its own name, and claims them from their sellers.</summary>
public sealed class MeddlesInMatches(Conspiracy conspiracy) : Lie
{
    public override string Name => "meddles in the matches of others";

    internal override void Act()
    {
        if (conspiracy.Certified.Count == 0) return;
        var slot = conspiracy.Certified[^(1 + Market.World.Random.Next(Math.Min(4, conspiracy.Certified.Count)))];
        if (slot.Fills.Count == 0) return;
        var index = Market.World.Random.Next(slot.Fills.Count);
        var terms = TrackedFillTerms(slot, index);
        IMessage body = Market.World.Random.Next(3) switch
        {
            0 => new AcceptedBody { Terms = terms, UnixMs = Liar.Clock.UnixMs },
            1 => new ReleasedBody { Terms = Market.World.Chance(0.5) ? terms : new MatchTerms(terms) { Seller = ByteString.CopyFrom(Liar.Id.Span) }, Reason = ReleaseReason.Conflict, UnixMs = Liar.Clock.UnixMs },
            _ => new SettledBody { Terms = terms, StartUnixMs = Liar.Clock.UnixMs, EndUnixMs = Liar.Clock.UnixMs + 60_000, LongestEndUnixMs = Liar.Clock.UnixMs + 60_000 },
        };
        var kind = body switch { AcceptedBody => RecordKind.Accepted, ReleasedBody => RecordKind.Released, _ => RecordKind.Settled };
        var record = SignedRecords.Sign(Market.Rules.Network, kind, body, Liar.Keys);
        foreach (var broker in Market.Brokers)
        {
            Liar.Ask(broker.Number, Market.AnswerWithinMs, record, BrokerNode.TakesRecords, _ => { });
        }

        Claim(slot, index);
    }

    private void Claim(CertifiedSlot slot, int index)
    {
        var legs = slot.Fills[index].Legs;
        if (Market.Find(new ParticipantId(legs[^1].Owner.Span)) is not TraderNode seller || seller.Id == Liar.Id) return;
        var claim = new SettleClaim { Certificate = slot.CertificateOf(index), Bid = conspiracy.Find(new OfferId(new Hash256(legs[0].Offer.Span)))?.Record };
        var request = new SettleRequest { Network = ByteString.CopyFrom(Market.Rules.Network.Value.ToArray()), Claim = claim };
        Liar.Ask(seller.Number, Market.AnswerWithinMs, request, static (other, said, exchange) => ((TraderNode)other).Serve(exchange.Asker.Id, said, exchange), _ => { });
    }

    private static MatchTerms TrackedFillTerms(CertifiedSlot slot, int index) =>
        new TrackedFill(slot.Result.MatchIdOf(index), slot, index, new SettlementFacts()).Terms;
}
