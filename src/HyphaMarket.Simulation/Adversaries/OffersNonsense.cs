using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Offers of huge quantities, back-dated to an earlier slot, without end, of ground ids, many at once, or signed for another network.</summary>
public sealed class OffersNonsense(Side side) : Lie
{
    private ulong _sequence = 1UL << 40;

    public override string Name => "offers nonsense";

    internal override void Act()
    {
        var random = Market.World.Random;
        var now = Market.Rules.Schedule.NextMatchAt(Liar.Clock);
        var plain = new Offer
        {
            Id = default,
            Owner = Liar.Id,
            Sequence = ++_sequence,
            Market = Market.Rules.Market,
            Side = side,
            LimitPrice = new MicroCredits(side == Side.Bid ? 1_400 : 700),
            Quantity = 1,
            LeaseTermMinutes = 1,
            FirstSlot = now,
            LastSlot = now.Plus(60),
        };
        switch (random.Next(6))
        {
            case 0:
                Submit(plain with { Quantity = random.Next(2) == 0 ? int.MaxValue : 1_000 });
                break;
            case 1:
                Submit(plain with { FirstSlot = now.Plus(-random.Next(2, 40)) });
                break;
            case 2:
                Submit(plain with { LastSlot = new Slot(long.MaxValue) });
                break;
            case 3:
                // The lowest of many ids: where ids broke ties, it would be first.
                Submit(Enumerable.Range(0, 64).Select(_ => plain with { Sequence = ++_sequence }).MinBy(offer => new OfferId(SignedRecords.IdOf(RecordKind.Offer, OfferRecords.ToBody(offer).Span).Value))!);
                break;
            case 4:
                for (var i = 0; i < 80; i++) Submit(plain with { Sequence = ++_sequence });
                break;
            default:
                Submit(plain, new NetworkId(Hash256.Of("another network"u8)));
                break;
        }
    }

    private void Submit(Offer offer, NetworkId? network = null)
    {
        var record = SignedRecords.Sign(network ?? Market.Rules.Network, RecordKind.Offer, OfferRecords.ToBody(offer), Liar.Keys);
        foreach (var broker in Market.Brokers)
        {
            Liar.Ask(broker.Number, Market.AnswerWithinMs, record, BrokerNode.TakesRecords, _ => { });
        }
    }
}
