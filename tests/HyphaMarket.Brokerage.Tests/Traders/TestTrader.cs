using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Traders;

/// <summary>A trader's core with a disk and brokers that answer what a test says.</summary>
internal sealed class TestTrader
{
    private readonly TestSigner _signer = new("trader");
    private readonly Queue<TraderEffect.Append> _appends = new();

    public TestTrader(int brokers = 5, int workBits = 4)
    {
        Rules = new MarketRules
        {
            Network = new NetworkId(Hash256.Of("test network"u8)),
            Market = new MarketId(Hash256.Of("test market"u8)),
            Schedule = SlotSchedule.WithDefaultBounds(0, 1000),
            Clearing = ClearingRules.PairwiseMean,
            TtlCapSlots = 300,
            WorkBits = workBits,
        };
        Config = EpochConfig.First(Rules.Market, Enumerable.Range(0, brokers).Select(i => new EpochMember(new TestSigner($"broker-{i}").Id, [])), new Slot(0));
        Core = Create();
    }

    public MarketRules Rules { get; }
    public EpochConfig Config { get; }
    public TraderOrders Core { get; private set; }
    public TraderOptions Options { get; init; } = new();
    public Instant Now { get; private set; } = new(1_000_500);
    public List<JournalEntry> Disk { get; } = [];

    /// <summary>What was submitted to which broker, and not answered yet.</summary>
    public List<TraderEffect.Submit> Submitted { get; } = [];

    /// <summary>All that was ever submitted.</summary>
    public List<TraderEffect.Submit> Sent { get; } = [];
    public List<string> Told { get; } = [];

    /// <summary>All bundles that were ever submitted.</summary>
    public List<TraderEffect.SubmitBundle> SentBundles { get; } = [];
    public int Searches { get; private set; }

    /// <summary>False: appends wait for <see cref="FinishAppends"/>.</summary>
    public bool DiskIsFast { get; set; } = true;

    /// <summary>False: searches for brokers wait for <see cref="FindBrokers"/>.</summary>
    public bool BrokersAreKnown { get; set; } = true;

    public OrderTerms Terms(long price = 800, int quantity = 1, long life = 100) => new()
    {
        Market = Rules.Market,
        Side = Side.Ask,
        LimitPrice = new MicroCredits(price),
        Quantity = quantity,
        LeaseTermMinutes = 60,
        LifeSlots = life,
    };

    public Order Create(long price = 800, string? key = null, long life = 100)
    {
        var outcome = Core.Create(Now, Terms(price, life: life), key);
        Assert.That(outcome.Order, Is.Not.Null, outcome.Verdict.Detail);
        CarryOut();
        return outcome.Order!;
    }

    public void Cancel(Order order)
    {
        Assert.That(Core.Cancel(Now, order.Offer.Id));
        CarryOut();
    }

    /// <summary>Answers what is under way, by broker index; null is silence.</summary>
    public void Answer(Func<int, TraderEffect.Submit, SubmitResult?> answer, Func<int, bool>? which = null)
    {
        foreach (var submit in Submitted.ToArray())
        {
            var index = Config.IndexOf(submit.To.Peer);
            if (which is not null && !which(index)) continue;
            Submitted.Remove(submit);
            Core.OnSubmitted(Now, submit.Number, answer(index, submit));
        }

        CarryOut();
    }

    public void AnswerAll(SubmitResult? result) => Answer((_, _) => result);

    public static SubmitResult Receipt(uint rank = 1) => new()
    {
        Receipt = new Record { Kind = RecordKind.Receipt, Body = new OfferReceiptBody { Rank = rank }.ToByteString() },
    };

    public static SubmitResult Refusal(RefusalReason reason, uint retryAfterMs = 0) => new() { Refusal = new Refusal { Reason = reason, Detail = reason.ToString(), RetryAfterMs = retryAfterMs } };

    /// <summary>Lets time pass, with all timers.</summary>
    public void Run(long ms)
    {
        var until = Now.PlusMs(ms);
        while (Core.NextTimer is { } next && next <= until)
        {
            var before = Core.NextTimer;
            Now = new Instant(Math.Max(Now.UnixMs, next.UnixMs));
            Core.OnTimer(Now);
            CarryOut();
            if (Core.NextTimer == before && next <= Now) Assert.Fail($"The timer at {next} fires for ever.");
        }

        Now = until;
    }

    public void FinishAppends()
    {
        while (_appends.TryDequeue(out var append))
        {
            Disk.Add(append.Entry);
            Core.OnDurable(Now, append.Number);
        }

        CarryOut();
    }

    public void FindBrokers(bool found)
    {
        if (found) Core.OnConfig(Now, Config);
        else Core.OnNoConfig(Now, Rules.Market);
        CarryOut();
    }

    /// <summary>A restart with what was durable.</summary>
    public void Restart()
    {
        _appends.Clear();
        Submitted.Clear();
        Told.Clear();
        Core = Create();
        Core.Restore(Now, Disk);
        CarryOut();
    }

    /// <summary>The journal is found to be an old copy or damaged, now.</summary>
    public void LoseJournal(long recoveryMs = 300_000)
    {
        Disk.Add(new JournalEntry(JournalKind.JournalLost, Hash256.Of("loss"u8), new JournalLostEntry { BegunUnixMs = Now.UnixMs, UntilUnixMs = Now.PlusMs(recoveryMs).UnixMs }.ToByteArray()));
        Core.OnJournalLost(Now, Now, Now.PlusMs(recoveryMs));
        CarryOut();
    }

    public void CarryOut()
    {
        while (Core.TryTake(out var effect))
        {
            switch (effect)
            {
                case TraderEffect.Append append:
                    _appends.Enqueue(append);
                    if (DiskIsFast) FinishAppends();
                    break;
                case TraderEffect.Submit submit:
                    Submitted.Add(submit);
                    Sent.Add(submit);
                    break;
                case TraderEffect.SubmitBundle bundle:
                    SentBundles.Add(bundle);
                    break;
                case TraderEffect.FindBrokers:
                    Searches++;
                    if (BrokersAreKnown) FindBrokers(true);
                    break;
                case TraderEffect.Changed changed:
                    Told.Add(changed.Order.State.ToString());
                    break;
                case TraderEffect.Placed:
                    Told.Add("placed");
                    break;
                case TraderEffect.Withdrawn:
                    Told.Add("withdrawn");
                    break;
                default:
                    throw new InvalidOperationException($"Unknown effect {effect}.");
            }
        }
    }

    private TraderOrders Create() => new(market => market == Rules.Market ? Rules : null, Options, _signer);
}
