using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Tests.Intake;

/// <summary>A market with one broker or some, and owners who sign offers for it. Time stands still unless a test moves it.</summary>
internal sealed class TestMarket
{
    /// <param name="fellows">Brokers beside the one whose core is tested.</param>
    public TestMarket(Func<MarketRules, MarketRules>? change = null, int fellows = 0)
    {
        var rules = new MarketRules
        {
            Network = new NetworkId(Hash256.Of("test network"u8)),
            Market = new MarketId(Hash256.Of("test market"u8)),
            Schedule = SlotSchedule.WithDefaultBounds(0, 1000),
            Clearing = ClearingRules.Find("pairwise-mean")!,
            TtlCapSlots = 300,
            OpenOffers = 1024,
            LargestOpenUnits = 4096,
            WorkBits = 0,
        };
        Rules = change?.Invoke(rules) ?? rules;
        Fellows = [.. Enumerable.Range(1, fellows).Select(i => new TestKeys($"fellow {i}"))];
        Config = EpochConfig.First(Rules.Market, [new EpochMember(Signer.Id, []), .. Fellows.Select(fellow => new EpochMember(fellow.Id, []))], new Slot(0));
    }

    public MarketRules Rules { get; }
    public EpochConfig Config { get; }
    public TestKeys Signer { get; } = new("broker");
    public TestKeys[] Fellows { get; }
    public Instant Now { get; set; } = new(4_100);

    public MarketBroker NewBroker(ISignatureVerifier? signatures = null)
    {
        var broker = new MarketBroker(Rules, Config, new BrokerOptions { RecordsPerSecond = 1_000_000, RecordBurst = 1_000_000 }, Signer, signatures ?? new TestKeys.Verifier());
        broker.OnTimer(Now);
        return broker;
    }

    public ByteString BodyOf(TestKeys owner, ulong sequence, Side side = Side.Ask, long price = 800, int quantity = 1, long shift = 0) => OfferRecords.ToBody(new Offer
    {
        Id = default,
        Owner = owner.Id,
        Sequence = sequence,
        Market = Rules.Market,
        Side = side,
        LimitPrice = new MicroCredits(price),
        Quantity = quantity,
        LeaseTermMinutes = 60,
        FirstSlot = Rules.Schedule.SlotAt(Now).Plus(shift),
        LastSlot = Rules.Schedule.SlotAt(Now).Plus(shift + 100),
    });

    public Record OfferOf(TestKeys owner, ulong sequence, Side side = Side.Ask, long price = 800, int quantity = 1, long shift = 0) =>
        Work(SignedRecords.Sign(Rules.Network, RecordKind.Offer, BodyOf(owner, sequence, side, price, quantity, shift), owner), quantity);

    public Record CancelOf(TestKeys owner, Record offer, Record? replacement = null) =>
        Work(SignedRecords.Sign(Rules.Network, RecordKind.Cancel, new CancelBody { Offer = offer.Body, Replacement = replacement }, owner), 1);

    public WholeBundle BundleOf(TestKeys owner, int size, ulong first = 1, Func<ulong, ByteString>? body = null)
    {
        var bundle = Bundles.SignWhole(Rules.Network, RecordKind.Offer, [.. Enumerable.Range(0, size).Select(i => body?.Invoke(first + (ulong)i) ?? BodyOf(owner, first + (ulong)i))], owner);
        ProofOfWork.TrySearch(Bundles.IdOf(bundle.Bundle), ProofOfWork.RequiredBits(Rules.WorkBits, 1, size), 0, 1 << 24, out var nonce);
        bundle.WorkNonce = nonce;
        return bundle;
    }

    private Record Work(Record record, int quantity)
    {
        ProofOfWork.TrySearch(SignedRecords.IdOf(record).Value, ProofOfWork.RequiredBits(Rules.WorkBits, quantity), 0, 1 << 24, out var nonce);
        record.WorkNonce = nonce;
        return record;
    }
}
