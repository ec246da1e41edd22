using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>
/// Certifies with the malicious brokers' keys what no match gave: the same ask for many bids, more than an offer has, beyond its price, after its end or its
/// cancel. Where the keys are fewer than a quorum, a signature is repeated, a stranger's or an honest member's made up, or the set is one of its own.
/// </summary>
public sealed class ForgesCertificates(Conspiracy conspiracy) : Lie
{
    public override string Name => "forges certificates";

    internal override void Act()
    {
        if (Liar is not BrokerNode { Config: { } config } broker || Pick(Side.Ask) is not { } ask) return;
        var schedule = Market.Rules.Schedule;
        var slot = schedule.SlotAt(Market.World.Now);
        if (!slot.IsMatch) slot = slot.Plus(-1);
        if (Market.World.Chance(0.2)) slot = slot.Plus(-2 * Market.World.Random.Next(1, 8));
        if (slot.Value < 1) return;

        // One ask, several buyers: an honest worker must hold against all of them.
        var fills = new List<ByteString>();
        var legs = new List<(Record Bid, Record Ask)>();
        for (var i = 0; i < 3; i++)
        {
            if (Pick(Side.Bid) is not { } bid || bid.Offer.Owner == ask.Offer.Owner) continue;
            fills.Add(FillOf(bid.Offer, ask.Offer));
            legs.Add((bid.Record, ask.Record));
        }

        if (fills.Count == 0) return;
        var set = Market.World.Chance(0.15) ? OwnSet(config) : config;
        var result = new ResultBody
        {
            Market = ByteString.CopyFrom(Market.Rules.Market.ToArray()),
            Config = ByteString.CopyFrom(set.Id.Value.ToArray()),
            Epoch = set.Epoch,
            Slot = slot.Value,
            ClearingRule = Market.Rules.Clearing.Name,
            InputRoot = ByteString.CopyFrom(Hash256.Of("forged"u8).ToArray()),
            ResultRoot = ByteString.CopyFrom(FillBodies.RootOf(fills).ToArray()),
            Fills = (uint)fills.Count,
        }.ToByteString();
        var body = new CertificateBody { Result = result };
        body.Fills.AddRange(fills);
        var record = new Record { Kind = RecordKind.Certificate, Body = body.ToByteString(), Members = SignaturesOf(set, result) };
        foreach (var other in Market.Brokers.Where(other => other.Id != Liar.Id)) broker.Spread(other.Number, record);
        for (var i = 0; i < fills.Count; i++) Tell(broker, record, body, i, legs[i], set);
    }

    private void Tell(BrokerNode broker, Record record, CertificateBody body, int index, (Record Bid, Record Ask) legs, EpochConfig set)
    {
        var notice = new FillNotice { Certificate = FillCertificates.Of(record, body, index), Config = set.Record };
        notice.Offers.Add(legs.Bid);
        notice.Offers.Add(legs.Ask);
        foreach (var leg in FillBody.Parser.ParseFrom(body.Fills[index]).Legs)
        {
            if (Market.Find(new ParticipantId(leg.Owner.Span)) is TraderNode trader) trader.Tell(broker, notice);
        }
    }

    private ByteString FillOf(Offer bid, Offer ask)
    {
        var random = Market.World.Random;
        var price = random.Next(4) switch
        {
            0 => bid.LimitPrice.Value + 1,
            1 => ask.LimitPrice.Value - 1,
            _ => Math.Max(ask.LimitPrice.Value, Math.Min(bid.LimitPrice.Value, (bid.LimitPrice.Value + ask.LimitPrice.Value) / 2)),
        };
        var fill = new FillBody { Quantity = (uint)(random.Next(4) == 0 ? Math.Max(bid.Quantity, ask.Quantity) + 1 : Math.Min(bid.Quantity, ask.Quantity)) };
        fill.Legs.Add(LegOf(bid, price));
        fill.Legs.Add(LegOf(ask, price));
        return fill.ToByteString();
    }

    private static Leg LegOf(Offer offer, long price) => new()
    {
        Offer = ByteString.CopyFrom(offer.Id.ToArray()),
        Owner = ByteString.CopyFrom(offer.Owner.Span),
        PriceMicros = price,
        LimitMicros = offer.LimitPrice.Value,
        LastSlot = offer.LastSlot.Value,
    };

    private MemberSignatures SignaturesOf(EpochConfig set, ByteString result)
    {
        var signed = SignedRecords.SigningBytes(Market.Rules.Network, RecordKind.Vote, result.Span);
        var signatures = new MemberSignatures();
        foreach (var member in conspiracy.Brokers.Where(broker => set.IndexOf(broker.Id) >= 0).DistinctBy(broker => broker.Id).OrderBy(broker => set.IndexOf(broker.Id)))
        {
            signatures.Signatures.Add(new MemberSignature { Member = (uint)set.IndexOf(member.Id), Signature = ByteString.CopyFrom(member.Keys.Sign(signed)) });
        }

        if (signatures.Signatures.Count == 0) return signatures;
        for (var member = 0u; signatures.Signatures.Count < set.Quorum.Votes; member++)
        {
            var mine = signatures.Signatures[0];
            signatures.Signatures.Add(Market.World.Random.Next(3) switch
            {
                0 => mine.Clone(),
                1 => new MemberSignature { Member = member % (uint)set.Members.Count, Signature = mine.Signature },
                _ => new MemberSignature { Member = (uint)set.Members.Count + member, Signature = ByteString.CopyFrom(Liar.Keys.Sign(signed)) },
            });
        }

        if (!Market.World.Chance(0.5)) return signatures;
        var sorted = signatures.Signatures.OrderBy(signature => signature.Member).ToArray();
        signatures.Signatures.Clear();
        signatures.Signatures.AddRange(sorted);
        return signatures;
    }

    /// <summary>A set of the liar alone, with its own signature under it.</summary>
    private EpochConfig OwnSet(EpochConfig config)
    {
        var alone = EpochConfig.First(Market.Rules.Market, [new EpochMember(Liar.Id, [])], config.FirstSlot);
        return alone.WithSignatures(1, [new MemberSignature { Member = 0, Signature = ByteString.CopyFrom(Liar.Keys.Sign(alone.SigningBytes(Market.Rules.Network, EpochPhase.Commit, 1))) }]);
    }

    private (Offer Offer, Record Record)? Pick(Side side)
    {
        for (var i = 0; i < 12 && conspiracy.LatestOffers.Count > 0; i++)
        {
            // Among the latest, so that most still live.
            var back = Math.Min(conspiracy.LatestOffers.Count, 40);
            if (conspiracy.Find(conspiracy.LatestOffers[^(1 + Market.World.Random.Next(back))]) is { } known && known.Offer.Side == side) return known;
        }

        return null;
    }
}
