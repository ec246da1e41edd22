using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using static HyphaMarket.Brokerage.Tests.Traders.TestTrader;

namespace HyphaMarket.Brokerage.Tests.Traders;

[TestFixture]
internal sealed class TraderOrdersTests
{
    [Test]
    public void AnOrder_IsSignedProvenAndSentToAllBrokers()
    {
        var trader = new TestTrader();
        var order = trader.Create();
        Assert.That(trader.Submitted.Select(submit => trader.Config.IndexOf(submit.To.Peer)).Order(), Is.EqualTo(Enumerable.Range(0, 5)));
        var record = trader.Submitted[0].Record;
        Assert.That(OfferRecords.TryParse(record.Body, out var offer));
        Assert.That(offer!.Id, Is.EqualTo(order.Offer.Id));
        Assert.That(SignedRecords.VerifySignature(trader.Rules.Network, record, offer.Owner, new TestVerifier()));
        Assert.That(ProofOfWork.Check(offer.Id, record.WorkNonce, 4));
    }

    [Test]
    public void OneHonestReceipt_OpensTheOrder()
    {
        var trader = new TestTrader();
        var order = trader.Create();
        trader.Answer((_, _) => Receipt(7), index => index == 0);
        Assert.That(order.State, Is.EqualTo(OrderState.Pending), "f receipts may all be from liars");
        trader.Answer((_, _) => Receipt(3), index => index == 1);
        Assert.That((order.State, order.Receipts, order.Rank), Is.EqualTo((OrderState.Open, 2, 3)));
        trader.AnswerAll(Receipt(9));
        Assert.That((order.Receipts, order.Rank), Is.EqualTo((5, 3)));
    }

    [Test]
    public void SoManyRefusalsThatNoQuorumOfReceiptsCanCome_RefuseTheOrder_WithTheReasonOfMost()
    {
        var trader = new TestTrader();
        var order = trader.Create();
        trader.Answer((index, _) => Refusal(index == 0 ? RefusalReason.PriceRange : RefusalReason.TooManyOpen), index => index < 3);
        Assert.That(order.State, Is.EqualTo(OrderState.Pending), "two may still take it");
        trader.AnswerAll(Refusal(RefusalReason.TooManyOpen));
        Assert.That((order.State, order.Refusal!.Reason), Is.EqualTo((OrderState.Refused, RefusalReason.TooManyOpen)));
        Assert.That(trader.Submitted, Is.Empty, "all refused, so there is nothing to take back");
        trader.Run(600_000);
        Assert.That(trader.Sent, Has.Count.EqualTo(5));
    }

    [Test]
    public void ABrokersWords_AreCutAndMadePlain_BeforeTheyAreJournaledAndShown()
    {
        var trader = new TestTrader();
        var order = trader.Create();
        var answer = Refusal(RefusalReason.PriceRange);
        answer.Refusal.Detail = "\u001b[2Jfilled\n" + new string('x', 100_000);
        trader.AnswerAll(answer);
        Assert.That(order.Refusal!.Detail, Does.StartWith("?[2Jfilled?xxx").And.Length.EqualTo(PlainText.MaxSentence));
        Assert.That(trader.Disk.Sum(entry => entry.Payload.Length), Is.LessThan(10_000));
    }

    [Test]
    public void ARefusedOrderThatABrokerMayHold_IsWithdrawn()
    {
        var trader = new TestTrader();
        var order = trader.Create();
        trader.Answer((_, _) => Receipt(), index => index == 4);
        trader.AnswerAll(Refusal(RefusalReason.BookFull));
        Assert.That(order.State, Is.EqualTo(OrderState.Refused));
        Assert.That(trader.Submitted.Select(submit => submit.Record.Kind), Is.EqualTo(Enumerable.Repeat(RecordKind.Cancel, 5)), "who took it spreads it");
        trader.AnswerAll(Receipt());
        Assert.That(order.State, Is.EqualTo(OrderState.Refused), "withdrawn, it was refused all the same");
        Assert.That(trader.Told, Does.Contain("withdrawn"));
    }

    [Test]
    public void ASilentBroker_IsAskedAgain_LessAndLessOften()
    {
        var trader = new TestTrader();
        var order = trader.Create();
        trader.AnswerAll(null);
        Assert.That(trader.Submitted, Is.Empty);
        trader.Run(499);
        Assert.That(trader.Submitted, Is.Empty);
        trader.Run(1);
        Assert.That(trader.Submitted, Has.Count.EqualTo(5));

        var times = new List<long>();
        for (var i = 0; i < 6; i++)
        {
            trader.Answer((index, _) => index == 0 ? null : Receipt());
            var before = trader.Now;
            while (trader.Submitted.Count == 0) trader.Run(1);
            times.Add(trader.Now.UnixMs - before.UnixMs);
        }

        Assert.That(order.State, Is.EqualTo(OrderState.Open));
        Assert.That(times, Is.Ordered);
        Assert.That(times[^1], Is.EqualTo(8000));
        Assert.That(trader.Submitted.Single().To.Peer, Is.EqualTo(trader.Config.Members[0].Peer), "who answered is not asked again");
    }

    [Test]
    public void APassingRefusal_IsTriedAgainWhenTheBrokerSays()
    {
        var trader = new TestTrader();
        var order = trader.Create();
        trader.AnswerAll(Refusal(RefusalReason.RateLimited, 3000));
        Assert.That(order.State, Is.EqualTo(OrderState.Pending));
        trader.Run(2999);
        Assert.That(trader.Submitted, Is.Empty);
        trader.Run(1);
        trader.AnswerAll(Receipt());
        Assert.That(order.State, Is.EqualTo(OrderState.Open));
    }

    [Test]
    public void NoBrokerSeesAnOrder_BeforeItIsDurable()
    {
        var trader = new TestTrader { DiskIsFast = false };
        trader.Create();
        trader.FindBrokers(true);
        trader.Run(5000);
        Assert.That(trader.Sent, Is.Empty);
        Assert.That(trader.Told, Does.Not.Contain("placed"));
        trader.FinishAppends();
        Assert.That(trader.Sent, Has.Count.EqualTo(5));
        Assert.That(trader.Told, Does.Contain("placed"));
    }

    [Test]
    public void ASequence_IsNeverUsedTwice_AcrossRestarts()
    {
        var trader = new TestTrader();
        var used = new List<ulong>();
        for (var i = 0; i < 5; i++)
        {
            used.Add(trader.Create().Offer.Sequence);
            used.Add(trader.Create().Offer.Sequence);
            trader.Restart();
        }

        Assert.That(used, Is.Unique.And.Ordered);
    }

    [Test]
    public void AfterARestart_AnOrderIsSubmittedAgain_TheSameRecord()
    {
        var trader = new TestTrader();
        var order = trader.Create();
        var record = trader.Sent[0].Record;
        trader.AnswerAll(Receipt());
        trader.Restart();
        trader.Run(1);
        Assert.That(trader.Submitted, Has.Count.EqualTo(5));
        Assert.That(trader.Submitted.Select(submit => submit.Record), Is.All.EqualTo(record));
        trader.AnswerAll(Receipt());
        Assert.That(trader.Core.Find(order.Offer.Id)!.State, Is.EqualTo(OrderState.Open));
        Assert.That(trader.Core.Find(order.Offer.Id)!.Created, Is.EqualTo(order.Created));
        Assert.That(trader.Told, Does.Contain("placed"), "settlement hears of it again");
    }

    [Test]
    public void ARefusedOrder_StaysRefusedAfterARestart()
    {
        var trader = new TestTrader();
        var order = trader.Create();
        trader.AnswerAll(Refusal(RefusalReason.TooManyOpen));
        trader.Restart();
        trader.Run(60_000);
        var restored = trader.Core.Find(order.Offer.Id)!;
        Assert.That((restored.State, restored.Refusal!.Reason), Is.EqualTo((OrderState.Refused, RefusalReason.TooManyOpen)));
        Assert.That(trader.Sent, Has.Count.EqualTo(5), "it is not tried again behind its owner's back");
    }

    [Test]
    public void ACancel_IsSentToAllBrokers_UntilTheyHaveIt()
    {
        var trader = new TestTrader();
        var order = trader.Create();
        trader.AnswerAll(Receipt());
        trader.Cancel(order);
        Assert.That(order.State, Is.EqualTo(OrderState.Cancelled));
        Assert.That(trader.Told, Does.Contain("withdrawn"));
        Assert.That(trader.Submitted.Select(submit => submit.Record.Kind), Is.EqualTo(Enumerable.Repeat(RecordKind.Cancel, 5)));
        trader.Answer((index, _) => index == 2 ? null : Receipt());
        trader.Run(500);
        Assert.That(trader.Submitted.Single().To.Peer, Is.EqualTo(trader.Config.Members[2].Peer));
        trader.AnswerAll(Receipt());
        trader.Run(200_000);
        Assert.That(trader.Submitted, Is.Empty);
        Assert.That(trader.Core.Cancel(trader.Now, order.Offer.Id), Is.False, "it is over");
        Assert.That(trader.Core.Cancel(trader.Now, default), Is.False, "there is none");
    }

    [Test]
    public void ACancel_IsNotShownBeforeItIsDurable_AndSurvivesARestart()
    {
        var trader = new TestTrader();
        var order = trader.Create();
        trader.AnswerAll(Receipt());
        trader.DiskIsFast = false;
        trader.Cancel(order);
        Assert.That(order.State, Is.EqualTo(OrderState.Open));
        Assert.That(trader.Submitted, Is.Empty);
        trader.FinishAppends();
        trader.DiskIsFast = true;
        Assert.That(trader.Submitted, Has.Count.EqualTo(5));

        trader.BrokersAreKnown = false;
        trader.Restart();
        trader.Run(1);
        Assert.That(trader.Core.Find(order.Offer.Id)!.State, Is.EqualTo(OrderState.Cancelled));
        Assert.That(trader.Told.IndexOf("withdrawn"), Is.GreaterThan(trader.Told.IndexOf("placed")), "settlement must not sell it");
        // The first search finds nobody; the cancel waits and goes out.
        trader.FindBrokers(false);
        trader.Run(1000);
        trader.FindBrokers(true);
        Assert.That(trader.Submitted.Select(submit => submit.Record.Kind), Is.EqualTo(Enumerable.Repeat(RecordKind.Cancel, 5)));
    }

    [Test]
    public void ACancelOfAnOrderThatIsNotDurableYet_WithdrawsItInTheEnd()
    {
        var trader = new TestTrader { DiskIsFast = false };
        var order = trader.Create();
        Assert.That(trader.Core.Cancel(trader.Now, order.Offer.Id));
        trader.CarryOut();
        trader.FinishAppends();
        Assert.That(order.State, Is.EqualTo(OrderState.Cancelled));
        Assert.That(trader.Told.LastIndexOf("withdrawn"), Is.GreaterThan(trader.Told.LastIndexOf("placed")));
    }

    [Test]
    public void AnOrder_ExpiresWithItsLastSlot_AndItsRetriesEnd()
    {
        var trader = new TestTrader();
        var order = trader.Create(life: 10);
        trader.AnswerAll(null);
        trader.Run(trader.Rules.Schedule.EndOf(order.Offer.LastSlot).UnixMs - trader.Now.UnixMs - 1);
        Assert.That(order.State, Is.EqualTo(OrderState.Pending));
        trader.Run(1);
        Assert.That(order.State, Is.EqualTo(OrderState.Expired));
        Assert.That(trader.Core.NextTimer, Is.Null);
        trader.AnswerAll(null);
        Assert.That(trader.Core.NextTimer, Is.Null, "a late silence asks nobody again");
    }

    [Test]
    public void AnIdempotencyKey_GivesTheOrderThatItMade_AfterARestartToo()
    {
        var trader = new TestTrader();
        var order = trader.Create(key: "key-1");
        var again = trader.Core.Create(trader.Now, trader.Terms(price: 999), "key-1");
        Assert.That((again.Order, again.IsRepeat), Is.EqualTo((order, true)));
        trader.Restart();
        var restored = trader.Core.Create(trader.Now, trader.Terms(), "key-1");
        Assert.That((restored.Order!.Offer.Id, restored.IsRepeat), Is.EqualTo((order.Offer.Id, true)));
        Assert.That(trader.Core.Create(trader.Now, trader.Terms(), "key-2").IsRepeat, Is.False);
        Assert.That(trader.Core.Create(trader.Now, trader.Terms(), "").IsRepeat, Is.False, "an empty key is none");
        Assert.That(trader.Core.Create(trader.Now, trader.Terms(), "").IsRepeat, Is.False);
        Assert.That(trader.Core.Create(trader.Now, trader.Terms(), new string('k', 129)).Verdict.Reason, Is.EqualTo(OfferRefusal.Malformed));
    }

    [Test]
    public void WhatBrokersWouldRefuse_IsRefusedHere_AndTakesNoSequence()
    {
        var trader = new TestTrader();
        var first = trader.Create().Offer.Sequence;
        var entries = trader.Disk.Count;
        Assert.That(trader.Core.Create(trader.Now, trader.Terms(price: 0)).Verdict.Reason, Is.EqualTo(OfferRefusal.PriceRange));
        Assert.That(trader.Core.Create(trader.Now, trader.Terms(quantity: 1000)).Verdict.Reason, Is.EqualTo(OfferRefusal.QuantityRange));
        Assert.That(trader.Core.Create(trader.Now, trader.Terms(life: 301)).Verdict.Reason, Is.EqualTo(OfferRefusal.OutsideSlotWindow));
        Assert.That(trader.Core.Create(trader.Now, trader.Terms() with { Market = new MarketId(Hash256.Of("elsewhere"u8)) }).Verdict.Reason, Is.EqualTo(OfferRefusal.UnknownMarket));
        trader.CarryOut();
        Assert.That(trader.Disk, Has.Count.EqualTo(entries));
        Assert.That(trader.Create().Offer.Sequence, Is.EqualTo(first + 1));
    }

    [Test]
    public void MoreOpenOrdersThanTheMarketAllows_AreRefusedHere()
    {
        var trader = new TestTrader(workBits: 0);
        var orders = Enumerable.Range(0, trader.Rules.OpenOffers).Select(_ => trader.Create()).ToArray();
        Assert.That(trader.Core.Create(trader.Now, trader.Terms()).Verdict.Reason, Is.EqualTo(OfferRefusal.TooManyOpen));
        trader.Cancel(orders[0]);
        trader.Create();
    }

    [Test]
    public void AnOrderWithoutBrokers_WaitsAndLooksAgain()
    {
        var trader = new TestTrader { BrokersAreKnown = false };
        var order = trader.Create();
        Assert.That((trader.Searches, trader.Sent.Count), Is.EqualTo((1, 0)));
        trader.FindBrokers(false);
        trader.Run(500);
        Assert.That(trader.Searches, Is.EqualTo(2));
        trader.FindBrokers(true);
        trader.AnswerAll(Receipt());
        Assert.That(order.State, Is.EqualTo(OrderState.Open));
    }

    [Test]
    public void Matches_FillTheOrder_AndOneThatFellReturnsOrDropsItsUnits()
    {
        var trader = new TestTrader();
        var order = trader.Core.Create(trader.Now, trader.Terms(quantity: 3)).Order!;
        trader.CarryOut();
        trader.AnswerAll(Receipt());
        var matches = Enumerable.Range(0, 3).Select(i => Hash256.Of([(byte)i])).ToArray();
        foreach (var match in matches) trader.Core.OnMatched(order.Offer.Id, match, 1);
        trader.Core.OnMatched(order.Offer.Id, matches[0], 1);
        Assert.That((order.State, order.Matched), Is.EqualTo((OrderState.Filled, 3)), "a match told twice counts once");
        trader.Core.OnMatchFell(trader.Now, order.Offer.Id, matches[0], 1, returns: true);
        Assert.That((order.State, order.Matched, order.Dropped), Is.EqualTo((OrderState.Open, 2, 0)));
        trader.Core.OnMatchFell(trader.Now, order.Offer.Id, matches[1], 1, returns: false);
        Assert.That((order.State, order.Matched, order.Dropped), Is.EqualTo((OrderState.Open, 1, 1)));
        trader.Core.OnMatched(order.Offer.Id, matches[0], 1);
        Assert.That(order.State, Is.EqualTo(OrderState.Filled), "what is matched and what is dropped are all there was");
    }

    [Test]
    public void RememberedOrders_AreBounded_AndTheOldestThatAreOverGoFirst()
    {
        var bounded = new TestTrader(workBits: 0) { Options = new TraderOptions { Orders = 5 } };
        bounded.Restart();
        var open = bounded.Create();
        for (var i = 0; i < 20; i++)
        {
            var order = bounded.Create();
            bounded.Cancel(order);
        }

        Assert.That(bounded.Core.Orders.Count(), Is.EqualTo(5));
        Assert.That(bounded.Core.Find(open.Offer.Id), Is.Not.Null, "what is open is not forgotten");
    }

    [Test]
    public void AJournalEntryThatIsNoOrder_StopsTheNode()
    {
        var trader = new TestTrader();
        trader.Disk.Add(new JournalEntry(JournalKind.Order, default, new JournaledOrder { IdempotencyKey = "x" }.ToByteArray()));
        Assert.That(() => trader.Restart(), Throws.InvalidOperationException);
    }
}
