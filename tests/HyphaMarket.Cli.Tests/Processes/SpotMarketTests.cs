using HyphaMarket.Cli.Devnet;
using HyphaMarket.Market.Offers;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Cli.Tests.Processes;

/// <summary>The market under accidents, with real processes: killed brokers and workers, silent schedulers, wrong clocks.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class SpotMarketTests
{
    /// <summary>A, where a test is not about the deadline: the most that a network allows, a minute with these slots.</summary>
    private const int PairsThatAreNotTheMatter = 64;

    /// <summary>Of offers that must still be there when a busy machine comes to them; below the TTL cap.</summary>
    private const int LongLifeSeconds = 500;

    /// <summary>A lease that outlasts its test.</summary>
    private const int LongTermMinutes = 10;

    private static readonly TimeSpan Slot = TimeSpan.FromMilliseconds(500);

    [Test]
    [CancelAfter(180_000)]
    public async Task OneOfFiveBrokersKilled_TradesGoOn(CancellationToken stop)
    {
        await using var network = await RealNetwork.StartAsync(5, Slot, stop);
        var worker = await network.AddAsync("worker", NodeRoles.Worker, stop, config => config["worker"]!["slots"] = 8);
        var scheduler = await network.AddAsync("scheduler", NodeRoles.Scheduler, stop);
        await TradeAsync(worker, scheduler, stop);

        RealNetwork.Kill(network.Nodes[1]);
        for (var i = 2; i <= 4; i++)
        {
            await TradeAsync(worker, scheduler, stop);
            Assert.That(await RealNetwork.LeasesAsync(scheduler, stop), Has.Count.GreaterThanOrEqualTo(i));
        }
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task WorkerKilledBetweenReservationAndActivation_ComesBackAndSellsTheUnitOnce(CancellationToken stop)
    {
        // The deadline leaves room for a restart on a busy machine, and the lease outlasts the test.
        await using var network = await RealNetwork.StartAsync(4, Slot, stop, activationPairs: PairsThatAreNotTheMatter);
        var worker = await network.AddAsync("worker", NodeRoles.Worker, stop, config => config["worker"]!["slots"] = 2);
        await using var buyer = await HandTrader.StartAsync(network.Network, network.Bootstrap, RealNetwork.Profile, stop);
        await RealNetwork.PlaceAsync(worker, "ask", 800, stop, LongLifeSeconds, LongTermMinutes);
        await RealNetwork.PlaceAsync(worker, "ask", 800, stop, LongLifeSeconds, LongTermMinutes);
        var bid = buyer.Offer(Side.Bid, 1000, 1, body => body.LeaseTermMinutes = LongTermMinutes);
        await buyer.PlaceAsync(bid, stop);
        var fill = await buyer.FillOfAsync(bid, TimeSpan.FromSeconds(60), stop);
        Assert.That(fill, Is.Not.Null, "the bid was filled");
        var accepted = await buyer.ClaimAsync(fill!, bid, stop);
        Assert.That(accepted?.Accepted, Is.Not.Null, $"the claim was accepted, not {accepted}");

        // It comes back with one unit fewer: the units of its asks were there when it offered them.
        RealNetwork.Kill(worker);
        await RealNetwork.ReconfigureAsync(worker, config => config["worker"]!["slots"] = 1, stop);
        worker = await network.RestartAsync(worker, stop);
        var settled = await UntilAnsweredAsync(() => buyer.ActivateAsync(fill!, accepted!.Accepted, stop), stop);
        Assert.That(DateTimeOffset.UtcNow, Is.LessThan(buyer.DeadlineOf(fill!)), "the restart took longer than the deadline: the test proves nothing");
        Assert.That(settled.Settled, Is.Not.Null, $"{settled}");
        // The same question has the same answer.
        Assert.That((await UntilAnsweredAsync(() => buyer.ActivateAsync(fill!, accepted!.Accepted, stop), stop)).Settled.Body, Is.EqualTo(settled.Settled.Body));

        // The one unit is taken: whoever matches the worker's other ask gets a release and no lease.
        var second = buyer.Offer(Side.Bid, 1000, 2, body => body.LeaseTermMinutes = LongTermMinutes);
        await buyer.PlaceAsync(second, stop);
        var next = await buyer.FillOfAsync(second, TimeSpan.FromSeconds(60), stop);
        Assert.That(next, Is.Not.Null);
        var answer = await UntilAnsweredAsync(() => buyer.ClaimAsync(next!, second, stop), stop);
        Assert.That(ReleasedBody.Parser.ParseFrom(answer.Released?.Body ?? throw new AssertionException($"{answer}")).Reason, Is.EqualTo(ReleaseReason.Conflict));
        Assert.That(await RealNetwork.LeasesAsync(worker, stop), Has.Count.EqualTo(1));
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task SchedulerThatNeverActivates_TheReservationLapsesAndTheAskReturns(CancellationToken stop)
    {
        // Ten pairs: time to claim on a busy machine, and a lapse that is not waited for too long.
        await using var network = await RealNetwork.StartAsync(4, Slot, stop, activationPairs: 10);
        var worker = await network.AddAsync("worker", NodeRoles.Worker, stop);
        await using var silent = await HandTrader.StartAsync(network.Network, network.Bootstrap, RealNetwork.Profile, stop);
        await RealNetwork.PlaceAsync(worker, "ask", 800, stop);
        var bid = silent.Offer(Side.Bid, 1000, 1);
        await silent.PlaceAsync(bid, stop);
        var fill = await silent.FillOfAsync(bid, TimeSpan.FromSeconds(30), stop);
        Assert.That((await silent.ClaimAsync(fill!, bid, stop))?.Accepted, Is.Not.Null);

        // It says no more. The worker's reservation lapses, and the same ask trades with somebody who means it.
        await RealNetwork.EventAsync(worker, happened => happened is { Event: NodeEventKind.Released, Reason: "lapsed" }, stop);
        var scheduler = await network.AddAsync("scheduler", NodeRoles.Scheduler, stop);
        await RealNetwork.PlaceAsync(scheduler, "bid", 1000, stop);
        var lease = await RealNetwork.EventAsync(scheduler, happened => happened.Event == NodeEventKind.Lease, stop);
        Assert.That(lease.PriceMicros, Is.EqualTo(900));
        Assert.That(await RealNetwork.LeasesAsync(worker, stop), Has.Count.EqualTo(1));
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task TwoSchedulersAfterOneUnit_OneLease(CancellationToken stop)
    {
        // The deadline is not the matter here: with the usual one, a busy machine lets a match lapse, and who lapsed is told another reason.
        await using var network = await RealNetwork.StartAsync(4, Slot, stop, activationPairs: PairsThatAreNotTheMatter);
        var worker = await network.AddAsync("worker", NodeRoles.Worker, stop, config => config["worker"]!["slots"] = 2);
        var first = await network.AddAsync("scheduler-1", NodeRoles.Scheduler, stop);
        var second = await network.AddAsync("scheduler-2", NodeRoles.Scheduler, stop);
        // Two asks, and then one of the two units breaks: brokers cannot know of the machine behind them.
        await RealNetwork.PlaceAsync(worker, "ask", 800, stop, LongLifeSeconds, LongTermMinutes);
        await RealNetwork.PlaceAsync(worker, "ask", 800, stop, LongLifeSeconds, LongTermMinutes);
        RealNetwork.Kill(worker);
        await RealNetwork.ReconfigureAsync(worker, config => config["worker"]!["slots"] = 1, stop);
        worker = await network.RestartAsync(worker, stop);
        await Task.WhenAll(new[] { first, second }.Select(scheduler => RealNetwork.PlaceAsync(scheduler, "bid", 1000, stop, LongLifeSeconds, LongTermMinutes)));

        var outcomes = await Task.WhenAll(new[] { first, second }.Select(scheduler =>
            RealNetwork.EventAsync(scheduler, happened => happened.Event is NodeEventKind.Lease or NodeEventKind.Released, stop, seconds: 120)));
        Assert.That(outcomes.Select(outcome => outcome.Event), Is.EquivalentTo(new[] { NodeEventKind.Lease, NodeEventKind.Released }));
        Assert.That(outcomes.Single(outcome => outcome.Event == NodeEventKind.Released).Reason, Is.EqualTo("conflict"));
        Assert.That(await RealNetwork.LeasesAsync(worker, stop), Has.Count.EqualTo(1));
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task BrokerWithAWrongClock_SaysSoAndDoesNotVote_AndTheOthersTrade(CancellationToken stop)
    {
        await using var network = await RealNetwork.StartAsync(5, Slot, stop, (number, config) =>
        {
            if (number == 3) config["clockOffset"] = "2h";
        });
        var wrong = network.Nodes[3];
        var worker = await network.AddAsync("worker", NodeRoles.Worker, stop);
        var scheduler = await network.AddAsync("scheduler", NodeRoles.Scheduler, stop);
        await TradeAsync(worker, scheduler, stop);
        var lease = await RealNetwork.EventAsync(scheduler, happened => happened.Event == NodeEventKind.Lease, stop);
        Assert.That(lease.Brokers, Has.Count.EqualTo(4));
        Assert.That(lease.Brokers, Does.Not.Contain(wrong.PeerId));

        var warning = await RealNetwork.EventAsync(wrong, happened => happened is { Event: NodeEventKind.Warning, Reason: "clock-skew" }, stop);
        Assert.That(warning.Hint, Does.Contain("Set the clock"));
        var status = await RealNetwork.StatusAsync(wrong, stop);
        Assert.That(status.Voting, Is.False);
        Assert.That(status.ClockSkewMs, Is.EqualTo(7_200_000).Within(60_000));
        Assert.That(status.Warnings, Has.Some.Contains("clock"));
    }

    /// <summary>Trades once. Where a match is let down because the machine was too slow for its deadline, both sides offer again, as traders do.</summary>
    private static async Task TradeAsync(DevnetNode worker, DevnetNode scheduler, CancellationToken stop)
    {
        const int Tries = 4;
        var before = (await RealNetwork.LeasesAsync(scheduler, stop)).Count;
        for (var i = 0; i < Tries; i++)
        {
            await RealNetwork.KeepAskAsync(worker, 800, stop);
            await RealNetwork.PlaceAsync(scheduler, "bid", 1001, stop);
            for (var started = DateTimeOffset.UtcNow; DateTimeOffset.UtcNow - started < TimeSpan.FromSeconds(12);)
            {
                var leases = await RealNetwork.LeasesAsync(scheduler, stop);
                if (leases.Count > before)
                {
                    Assert.That(leases[0].PriceMicros, Is.EqualTo((800 + 1001) / 2));
                    return;
                }

                await Task.Delay(100, stop);
            }
        }

        Assert.Fail($"no lease came in {Tries} tries");
    }

    /// <summary>Asks until there is an answer other than "busy": a node that comes back has to find its brokers first.</summary>
    private static async Task<SettleResponse> UntilAnsweredAsync(Func<Task<SettleResponse?>> ask, CancellationToken stop)
    {
        SettleResponse? last = null;
        for (var started = DateTimeOffset.UtcNow; DateTimeOffset.UtcNow - started < TimeSpan.FromSeconds(30);)
        {
            last = await ask();
            if (last is not null && last.Refused?.Code != "busy") return last;
            await Task.Delay(100, stop);
        }

        throw new AssertionException($"The worker gave no other answer than {last?.ToString() ?? "silence"}.");
    }
}
