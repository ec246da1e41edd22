using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Settlement;

/// <summary>A seller that hears of a fill from its own brokers accepts it without being asked.</summary>
public sealed class OwnWatchTests
{
    private readonly TestMarket _market = new();

    [Test]
    public void ABuyerThatNeverComes_CostsItsOwnBid_AndNotTheAsk()
    {
        var worker = new TestNode(_market, "worker", units: 1);
        var silent = new TestNode(_market, "silent");
        var world = new TestWorld(worker, silent);
        var ask = worker.Sell(world.Now);
        var notice = _market.Fill(silent.Buy(world.Now), ask);
        world.Input(worker, now => worker.Core.Worker.OnFill(now, notice));
        world.RunFor(100);
        Assert.That(worker.Left.Select(record => record.Kind).Distinct(), Is.EqualTo(new[] { RecordKind.Accepted }), "brokers hear that the seller accepted");
        Assert.That(worker.Core.Worker.TakenOf(ask.Offer.Id), Is.EqualTo(1));

        world.RunUntil(TestMarket.Deadline.PlusMs(100));
        Assert.That(worker.Core.Worker.TakenOf(ask.Offer.Id), Is.Zero, "the ask is whole again");
        Assert.That(worker.EventsOf<SettlementEvent.SaleLapsed>().Count(), Is.EqualTo(1));
        Assert.That(worker.Core.Strikes.MilliOf(world.Now, silent.Keys.Id), Is.EqualTo(1000));
    }

    [Test]
    public void ABuyerThatClaims_AfterTheSellerAcceptedByItself_GetsTheSameAcceptAndTheLease()
    {
        var worker = new TestNode(_market, "worker", units: 1);
        var scheduler = new TestNode(_market, "scheduler");
        var world = new TestWorld(worker, scheduler);
        var notice = _market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now));
        world.Input(worker, now => worker.Core.Worker.OnFill(now, notice));
        world.Input(worker, now => worker.Core.Worker.OnFill(now, notice));
        world.Notify(scheduler, notice);
        world.RunFor(1_000);
        Assert.That(worker.Core.Leases.Leases.Single().Id, Is.EqualTo(scheduler.Core.Leases.Leases.Single().Id));
        Assert.That(worker.EventsOf<SettlementEvent.SaleReserved>().Count(), Is.EqualTo(1));
        ContractChecks.Check(worker);
    }

    [Test]
    public void AFillOfSomebodyElse_OrWithTooFewVotes_ReservesNothing()
    {
        var worker = new TestNode(_market, "worker", units: 1);
        var other = new TestNode(_market, "other", units: 1);
        var scheduler = new TestNode(_market, "scheduler");
        var world = new TestWorld(worker, other, scheduler);
        var foreign = _market.Fill(scheduler.Buy(world.Now), other.Sell(world.Now));
        var own = _market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now));
        own.Certificate.Votes.Signatures.RemoveAt(0);
        world.Input(worker, now => worker.Core.Worker.OnFill(now, foreign));
        world.Input(worker, now => worker.Core.Worker.OnFill(now, own));
        world.RunFor(100);
        Assert.That(worker.Left, Is.Empty);
        Assert.That(worker.Core.Worker.Sales, Is.Empty);
    }
}
