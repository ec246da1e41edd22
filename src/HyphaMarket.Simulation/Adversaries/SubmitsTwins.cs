using Google.Protobuf;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Money;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Two offers of one sequence: some brokers get the one, some the other.</summary>
public sealed class SubmitsTwins : Lie
{
    public override string Name => "submits twins";

    internal override IMessage? Say(int to, IMessage message)
    {
        if (message is not Record { Kind: RecordKind.Offer } record || to % 2 == 0 || !OfferRecords.TryParse(record, out var offer)) return message;
        var twin = offer with { LimitPrice = new MicroCredits(offer.LimitPrice.Value + 1) };
        return SignedRecords.Sign(Market.Rules.Network, RecordKind.Offer, OfferRecords.ToBody(twin), Liar.Keys);
    }
}
