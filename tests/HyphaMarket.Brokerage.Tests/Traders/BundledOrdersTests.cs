using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Traders;

/// <summary>Several orders placed at once: one signature and one message to each broker.</summary>
[TestFixture]
internal sealed class BundledOrdersTests
{
    [Test]
    public void SixtyFourAsks_AreOneBundle_SentWholeOnceAllAreDurable()
    {
        var trader = new TestTrader { DiskIsFast = false };
        trader.Core.OnConfig(trader.Now, trader.Config);
        var outcomes = trader.Core.CreateMany(trader.Now, [.. Enumerable.Range(1, 64).Select(i => trader.Terms(800 + i))]);
        trader.CarryOut();
        Assert.That(outcomes.Select(outcome => outcome.Order?.Offer.LimitPrice.Value), Is.EqualTo(Enumerable.Range(801, 64).Select(price => (long?)price)));
        Assert.That(trader.SentBundles, Is.Empty, "nothing is durable yet");

        trader.FinishAppends();
        Assert.That(trader.SentBundles.Select(sent => sent.To.Peer), Is.EquivalentTo(trader.Config.Members.Select(member => member.Peer)));
        Assert.That(trader.Sent, Is.Empty, "none went alone");
        Assert.That(trader.Disk, Has.Count.EqualTo(64));

        var whole = trader.SentBundles[0].Bundle;
        var header = Bundles.TryReadHeader(whole.Bundle)!;
        Assert.That(Bundles.Verify(trader.Rules.Network, whole, header, Bundles.BodiesOf(whole), new TestVerifier()), Is.Not.Null);
        Assert.That(ProofOfWork.Check(Bundles.IdOf(whole.Bundle), whole.WorkNonce, trader.Rules.WorkBits + 6));
        Assert.That(outcomes.Select(outcome => SignedRecords.VerifySignature(trader.Rules.Network, outcome.Order!.Record, outcome.Order.Offer.Owner, new TestVerifier())), Is.All.True, "each also stands alone, with its path");
    }

    [Test]
    public void ABrokerThatTakesTheBundle_OpensItsOrders_AndOneThatIsSilentGetsThemAlone()
    {
        var trader = new TestTrader();
        trader.Core.OnConfig(trader.Now, trader.Config);
        var orders = trader.Core.CreateMany(trader.Now, [trader.Terms(), trader.Terms(801), trader.Terms(802)]).Select(outcome => outcome.Order!).ToArray();
        trader.CarryOut();
        foreach (var sent in trader.SentBundles)
        {
            var isSilent = sent.To.Peer == trader.Config.Members[0].Peer;
            foreach (var number in sent.Numbers) trader.Core.OnSubmitted(trader.Now, number, isSilent ? null : TestTrader.Receipt());
        }

        trader.CarryOut();
        Assert.That(orders.Select(order => order.State), Is.All.EqualTo(OrderState.Open));
        trader.Run(2_000);
        Assert.That(trader.Sent.Select(sent => sent.To.Peer), Is.All.EqualTo(trader.Config.Members[0].Peer));
        Assert.That(trader.Sent.Select(sent => sent.Record).Distinct(), Is.EquivalentTo(orders.Select(order => order.Record)));
    }

    [Test]
    public void WhatIsRefusedHere_DoesNotHoldUpTheOthers_AndTheyCountOneAfterTheOther()
    {
        var trader = new TestTrader();
        trader.Core.OnConfig(trader.Now, trader.Config);
        var outcomes = trader.Core.CreateMany(trader.Now, [.. Enumerable.Range(1, 66).Select(i => trader.Terms(i == 3 ? 0 : 800))]);
        trader.CarryOut();
        Assert.That(outcomes[2].Verdict.Reason, Is.EqualTo(OfferRefusal.PriceRange));
        Assert.That(outcomes[65].Verdict.Reason, Is.EqualTo(OfferRefusal.TooManyOpen), "64 are open");
        Assert.That(outcomes.Count(outcome => outcome.Order is not null), Is.EqualTo(64));
        Assert.That(trader.SentBundles[0].Bundle.Bodies, Has.Count.EqualTo(64));
    }

    [Test]
    public void AnOrderCancelledBeforeTheBundleLeft_LeavesTheOthersToGoAlone()
    {
        var trader = new TestTrader { DiskIsFast = false };
        trader.Core.OnConfig(trader.Now, trader.Config);
        var orders = trader.Core.CreateMany(trader.Now, [trader.Terms(), trader.Terms(801)]).Select(outcome => outcome.Order!).ToArray();
        trader.Core.OnAppendFailed(NumberOfFirstAppend(trader));
        trader.CarryOut();
        trader.FinishAppends();
        trader.Run(10);
        Assert.That(trader.SentBundles, Is.Empty, "a bundle is whole or none");
        Assert.That(trader.Sent.Select(sent => sent.Record).Distinct(), Is.EqualTo(new[] { orders[1].Record }));
    }

    [Test]
    public void AfterARestart_BundledOrdersAreAskedAboutOneByOne()
    {
        var trader = new TestTrader();
        trader.Core.OnConfig(trader.Now, trader.Config);
        trader.Core.CreateMany(trader.Now, [trader.Terms(), trader.Terms(801)]);
        trader.CarryOut();
        trader.Restart();
        trader.Run(1_000);
        Assert.That(trader.Sent.Select(sent => sent.Record.AuthorisationCase), Is.All.EqualTo(Record.AuthorisationOneofCase.Bundle).And.Exactly(10).Items);
    }

    [Test]
    public void MoreThanABundle_IsRefused()
    {
        var trader = new TestTrader();
        Assert.That(() => trader.Core.CreateMany(trader.Now, [.. Enumerable.Repeat(trader.Terms(), 1_025)]), Throws.ArgumentException);
    }

    /// <summary>Numbers count up from 1, and appends were the first things done.</summary>
    private static long NumberOfFirstAppend(TestTrader trader)
    {
        Assert.That(trader.Disk, Is.Empty);
        return 1;
    }
}
