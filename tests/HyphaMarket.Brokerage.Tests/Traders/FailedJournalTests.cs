using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Tests.Traders;

/// <summary>What becomes of orders and cancels that the journal could not take.</summary>
internal sealed class FailedJournalTests
{
    private static readonly Instant Now = new(10_000);

    private readonly BrokerNetwork _network = new(4);
    private TraderOrders _orders = null!;

    [SetUp]
    public void MakeTrader()
    {
        _orders = new TraderOrders(_ => _network.Rules, new TraderOptions(), new TestSigner("owner"));
        _orders.OnConfig(Now, _network.Config);
    }

    [Test]
    public void Order_ThatIsNotDurable_WasNeverPlaced()
    {
        var (order, append) = Create();
        Assert.That(_orders.OnAppendFailed(append.Number), Is.SameAs(order));
        Assert.That(_orders.Orders, Is.Empty);
        Assert.That(_orders.TryTake(out var effect), Is.False, $"nobody is told: {effect}");
        _orders.OnDurable(Now, append.Number);
        Assert.That(_orders.TryTake(out _), Is.False);
    }

    [Test]
    public void Cancel_ThatIsNotDurable_LeavesTheOrderAsItWas()
    {
        var (order, append) = Create();
        _orders.OnDurable(Now, append.Number);
        while (_orders.TryTake(out _))
        {
            // The order goes its way.
        }

        Assert.That(_orders.Cancel(Now, order.Offer.Id));
        Assert.That(_orders.TryTake(out var cancel));
        Assert.That(_orders.OnAppendFailed(((TraderEffect.Append)cancel!).Number), Is.SameAs(order));
        Assert.That(_orders.TryTake(out _), Is.False);
        Assert.That(_orders.Find(order.Offer.Id), Is.SameAs(order));
        Assert.That(order.IsOver, Is.False);
        Assert.That(order.Cancel, Is.Null);
    }

    [Test]
    public void Sequence_OfAnOrderThatIsNotDurable_IsNotUsedAgain()
    {
        var (failed, append) = Create();
        _orders.OnAppendFailed(append.Number);
        Assert.That(Create().Order.Offer.Sequence, Is.GreaterThan(failed.Offer.Sequence));
    }

    private (Order Order, TraderEffect.Append Append) Create()
    {
        var terms = new OrderTerms { Market = _network.Rules.Market, Side = Side.Bid, LimitPrice = new MicroCredits(100), Quantity = 1, LeaseTermMinutes = 1, LifeSlots = 20 };
        var order = _orders.Create(Now, terms).Order!;
        Assert.That(_orders.TryTake(out var effect));
        return (order, (TraderEffect.Append)effect!);
    }
}
