using Google.Protobuf;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Settlement;

/// <summary>What a worker's own node lets it offer: "it keeps live asks and leases within its machine".</summary>
public sealed class OfferedCapacityTests
{
    private readonly TestMarket _market = new();
    private TestNode _worker = null!;
    private TestWorld _world = null!;

    [SetUp]
    public void SetUp()
    {
        _worker = new TestNode(_market, "worker", units: 3);
        _world = new TestWorld(_worker);
    }

    [Test]
    public void Asks_BeyondTheMachine_AreNotOffered()
    {
        Assert.That(CanOffer(Ask(1), Ask(2)), Is.True);
        Assert.That(CanOffer(Ask(1), Ask(2), Ask(1)), Is.False);
    }

    [Test]
    public void AsksOfOneGroup_CountOnce_AtTheirLargest()
    {
        Assert.That(CanOffer(Ask(3, 1), Ask(2, 1), Ask(3, 1)), Is.True);
        Assert.That(CanOffer(Ask(2, 1), Ask(1, 1), Ask(2, 2)), Is.False);
    }

    [Test]
    public void UnitsReservedOrLeased_AreNotOfferedAgain()
    {
        var ask = Ask(3);
        var buyer = new TestNode(_market, "buyer");
        Claim(_market.Fill(buyer.Buy(_world.Now, quantity: 2), ask, quantity: 2), buyer);
        Assert.That(CanOffer(ask), Is.True, "one unit of it is left, and two are reserved");
        Assert.That(CanOffer(ask, Ask(1)), Is.False);

        _world.RunUntil(TestMarket.Deadline.PlusMs(100));
        Assert.That(CanOffer(ask), Is.True, "the reservation lapsed: all three are offered again");
        Assert.That(CanOffer(Ask(3)), Is.True);
    }

    [Test]
    public void OtherAsksOfAGroupThatHasFilled_CountNoMore()
    {
        var (first, second) = (Ask(2, 1), Ask(3, 1));
        var buyer = new TestNode(_market, "buyer");
        Claim(_market.Fill(buyer.Buy(_world.Now), first, quantity: 1), buyer);
        Assert.That(CanOffer(first, second, Ask(1)), Is.True, "1 reserved, 1 left of the first, 1 new; the second would be released");
        Assert.That(CanOffer(first, second, Ask(2)), Is.False);
    }

    private bool CanOffer(params (Offer Offer, Record Record)[] asks) => _worker.Core.Worker.CanOffer(_world.Now, [.. asks.Select(ask => ask.Offer)]);

    private (Offer Offer, Record Record) Ask(int quantity, byte group = 0) =>
        _worker.Sell(_world.Now, quantity: quantity, change: body => body.Group = group == 0 ? ByteString.Empty : ByteString.CopyFrom([.. Enumerable.Repeat(group, 16)]));

    private void Claim(FillNotice notice, TestNode buyer)
    {
        SettleResponse? answer = null;
        _world.Ask(buyer, _worker, new SettleRequest { Network = ByteString.CopyFrom(TestMarket.Network.Value.ToArray()), Claim = TestMarket.ClaimOf(notice) }, response => answer = response);
        _world.RunFor(100);
        Assert.That(answer?.Accepted, Is.Not.Null);
    }
}
