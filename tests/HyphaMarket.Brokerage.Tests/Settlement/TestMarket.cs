using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Settlement;

/// <summary>One market with five brokers who certify whatever a test wants, honest or not.</summary>
internal sealed class TestMarket
{
    public const int Brokers = 5;
    public static readonly NetworkId Network = new(Hash256.Of("test network"u8));
    public static readonly SlotSchedule Schedule = SlotSchedule.WithDefaultBounds(genesisUnixMs: 1_700_000_000_000, lengthMs: 2_000);
    public static readonly FakeVerifier Verifier = new();

    /// <summary>The match slot of all certificates unless a test says otherwise.</summary>
    public static readonly Slot MatchSlot = new(101);

    private readonly FakeKeys[] _brokers;
    private ulong _sequence;

    public TestMarket(string name = "market")
    {
        Id = new MarketId(Hash256.Of(System.Text.Encoding.UTF8.GetBytes(name)));
        _brokers = [.. Enumerable.Range(0, Brokers).Select(i => FakeKeys.Of($"{name} broker {i}")).OrderBy(keys => keys.Id)];
        Config = EpochConfig.First(Id, _brokers.Select(keys => new EpochMember(keys.Id, [])), new Slot(1));
    }

    public MarketId Id { get; }
    public EpochConfig Config { get; }

    /// <summary>A moment in the match slot, when certificates appear.</summary>
    public static Instant Matched => Schedule.StartOf(MatchSlot).PlusMs(600);
    public static Instant Deadline => Schedule.DeadlineOf(MatchSlot);

    public (Offer Offer, Record Record) Ask(FakeKeys owner, long price = 100, int quantity = 1, int term = 10, Action<OfferBody>? change = null) =>
        Make(owner, OfferSide.Ask, price, quantity, term, change);

    public (Offer Offer, Record Record) Bid(FakeKeys owner, long price = 200, int quantity = 1, int term = 3, Action<OfferBody>? change = null) =>
        Make(owner, OfferSide.Bid, price, quantity, term, change);

    /// <summary>What the brokers push: certificate of one fill with both offers.</summary>
    public FillNotice Fill(
        (Offer Offer, Record Record) bid,
        (Offer Offer, Record Record) ask,
        int? quantity = null,
        long? price = null,
        long? sellPrice = null,
        Slot? slot = null,
        int votes = 4)
    {
        var buy = price ?? (bid.Offer.LimitPrice.Value + ask.Offer.LimitPrice.Value) / 2;
        var fill = new Fill(bid.Offer.Id, ask.Offer.Id, quantity ?? Math.Min(bid.Offer.Quantity, ask.Offer.Quantity), new MicroCredits(buy), new MicroCredits(sellPrice ?? buy));
        var certificate = Certify([FillBodies.Of(fill, bid.Offer, ask.Offer)], slot ?? MatchSlot, votes);
        var notice = new FillNotice { Certificate = FillCertificates.Of(certificate, CertificateBody.Parser.ParseFrom(certificate.Body), 0), Config = Config.Record };
        notice.Offers.Add([bid.Record, ask.Record]);
        return notice;
    }

    public static SettleClaim ClaimOf(FillNotice notice) => new() { Certificate = notice.Certificate, Bid = notice.Offers[0], Config = notice.Config };

    public CertifiedFillVerifier FillVerifier => new(Network, (id, _) => id == Config.Id ? Config : null, Verifier);

    private Record Certify(ByteString[] fills, Slot slot, int votes)
    {
        var result = new ResultBody
        {
            Market = ByteString.CopyFrom(Id.ToArray()),
            Config = ByteString.CopyFrom(Config.Id.Value.ToArray()),
            Slot = slot.Value,
            ClearingRule = "pairwise-mean",
            InputRoot = ByteString.CopyFrom(Hash256.Of("input"u8).ToArray()),
            ResultRoot = ByteString.CopyFrom(FillBodies.RootOf(fills).ToArray()),
            Fills = (uint)fills.Length,
        }.ToByteString();
        var body = new CertificateBody { Result = result };
        body.Fills.AddRange(fills);

        var signed = SignedRecords.SigningBytes(Network, RecordKind.Vote, result.Span);
        var signatures = new MemberSignatures();
        signatures.Signatures.AddRange(_brokers.Take(votes).Select((keys, i) => new MemberSignature { Member = (uint)i, Signature = ByteString.CopyFrom(keys.Sign(signed)) }));
        return new Record { Kind = RecordKind.Certificate, Body = body.ToByteString(), Members = signatures };
    }

    private (Offer, Record) Make(FakeKeys owner, OfferSide side, long price, int quantity, int term, Action<OfferBody>? change)
    {
        var body = new OfferBody
        {
            Owner = ByteString.CopyFrom(owner.Id.Span),
            Sequence = ++_sequence,
            Market = ByteString.CopyFrom(Id.ToArray()),
            Side = side,
            LimitPriceMicros = price,
            Quantity = (uint)quantity,
            MinimumFill = 1,
            LeaseTermMinutes = (uint)term,
            FirstSlot = 90,
            LastSlot = 200,
        };
        change?.Invoke(body);
        var record = SignedRecords.Sign(Network, RecordKind.Offer, body.ToByteString(), owner);
        Assert.That(OfferRecords.TryParse(record.Body, out var offer), Is.True);
        return (offer!, record);
    }
}
