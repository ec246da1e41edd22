using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Traders;

/// <summary>Orders after the journal lost an end of itself, or was replaced by an old copy.</summary>
public sealed class LostJournalTests
{
    private const long Recovery = 300_000;

    [Test]
    public void Sequences_AfterTwoLossesThatTakeTheFirstJumpWithThem_AreStillUsedOnce()
    {
        var trader = new TestTrader();
        var used = new List<ulong> { trader.Create().Offer.Sequence };
        var copy = trader.Disk.ToArray();
        for (var i = 0; i < 3; i++)
        {
            used.Add(trader.Create().Offer.Sequence);
            trader.Disk.Clear();
            trader.Disk.AddRange(copy);
            trader.Restart();
            trader.LoseJournal();
            trader.Run(Recovery);
            used.Add(trader.Create().Offer.Sequence);
        }

        // The copy knows the first order only, so each life but for the loss would use the second sequence again.
        Assert.That(used.Skip(1).Where((_, i) => i % 2 == 1), Is.Unique.And.Ordered);
        Assert.That(used[2], Is.GreaterThanOrEqualTo(used[1] + (1UL << 32)), "the jump is 2^32 or more");
    }

    [Test]
    public void Loss_IsRememberedAcrossRestarts_AndJumpsOnce()
    {
        var trader = new TestTrader();
        trader.Create();
        trader.LoseJournal();
        trader.Run(Recovery);
        var next = trader.Create().Offer.Sequence;
        trader.Restart();
        Assert.That(trader.Create().Offer.Sequence, Is.EqualTo(next + 1));
    }

    [Test]
    public void Order_WhileTheJournalRecovers_IsRefusedWithTheTimeLeft()
    {
        var trader = new TestTrader();
        trader.LoseJournal();
        var outcome = trader.Core.Create(trader.Now, trader.Terms());
        Assert.That(outcome.Verdict.Reason, Is.EqualTo(OfferRefusal.Recovering));
        Assert.That(outcome.Verdict.Detail, Does.Contain("300 more seconds"));
        trader.Restart();
        Assert.That(trader.Core.Create(trader.Now, trader.Terms()).Verdict.Reason, Is.EqualTo(OfferRefusal.Recovering), "after a restart too");
        trader.Run(Recovery);
        Assert.That(trader.Core.Create(trader.Now, trader.Terms()).Order, Is.Not.Null);
    }

    [Test]
    public void OpenOrders_WhenTheJournalIsLost_AreWithdrawn()
    {
        var trader = new TestTrader();
        var order = trader.Create();
        trader.LoseJournal();
        Assert.That(trader.Core.Find(order.Offer.Id)!.State, Is.EqualTo(OrderState.Cancelled));
        Assert.That(trader.Submitted.Count(submit => submit.Record.Kind == RecordKind.Cancel), Is.EqualTo(5), "every broker hears of it");
    }

    [Test]
    public void SequenceThatAnHonestBrokerKnows_ShowsThatTheJournalIsAnOldCopy()
    {
        var trader = new TestTrader();
        var order = trader.Create();
        trader.AnswerAll(new SubmitResult { Refusal = new Refusal { Reason = RefusalReason.SequenceReused } });
        Assert.That(order.WasSequenceUsed, Is.True);
    }

    [Test]
    public void SequenceThatOneBrokerClaimsToKnow_ShowsNothing()
    {
        var trader = new TestTrader();
        var order = trader.Create();
        trader.Answer((i, _) => new SubmitResult { Refusal = new Refusal { Reason = i == 0 ? RefusalReason.SequenceReused : RefusalReason.BookFull } });
        Assert.That(order.State, Is.EqualTo(OrderState.Refused));
        Assert.That(order.WasSequenceUsed, Is.False, "one broker of five may lie");
    }

    [Test]
    public void Matches_OfAnOrderThatWasRestored_FillItAgain()
    {
        var trader = new TestTrader();
        var order = trader.Create();
        trader.Restart();
        trader.Core.OnMatched(order.Offer.Id, Hash256.Of("match"u8), 1);
        trader.CarryOut();
        Assert.That(trader.Core.Find(order.Offer.Id)!.State, Is.EqualTo(OrderState.Filled));
        trader.Run(10_000);
        Assert.That(trader.Submitted, Is.Empty, "what is filled is not offered again");
    }
}
