using HyphaMarket.Node.Tests.TestSupport;
using HyphaMarket.Node.Trading.Checking;

namespace HyphaMarket.Node.Tests.Trading.Checking;

public sealed class MachineWitnessTests
{
    private static readonly CheckOptions Options = new();

    [Test]
    [CancelAfter(30_000)]
    public async Task Machine_IsLookedAtOnce_HoweverManyAsk(CancellationToken stop)
    {
        var held = new TaskCompletionSource();
        var probe = new ScriptedProbe { Until = held.Task };
        using var witness = new MachineWitness(probe, Options, new HandTurnedTime());
        var asked = Enumerable.Range(0, 100).Select(_ => witness.AskAsync(stop)).ToList();
        held.SetResult();
        var answers = await Task.WhenAll(asked);
        Assert.That(answers.Select(answer => answer.Facts), Is.All.SameAs(probe.Facts));
        Assert.That(probe.Looks, Is.EqualTo(1));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Machine_IsLookedAtAgain_OnlyWhenTheLastLookIsOld(CancellationToken stop)
    {
        var (time, probe) = (new HandTurnedTime(), new ScriptedProbe());
        using var witness = new MachineWitness(probe, Options, time);
        var first = (await witness.AskAsync(stop)).At;
        time.Advance(Options.MeasureEvery - TimeSpan.FromMilliseconds(1));
        Assert.That((await witness.AskAsync(stop)).At, Is.EqualTo(first), "told with the time at which it was seen");
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That((await witness.AskAsync(stop)).At.UnixMs - first.UnixMs, Is.EqualTo(Options.MeasureEvery.TotalMilliseconds));
        Assert.That(probe.Looks, Is.EqualTo(2));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Look_ThatTookLong_IsFollowedByThePause_AllTheSame(CancellationToken stop)
    {
        var (time, held) = (new HandTurnedTime(), new TaskCompletionSource());
        var probe = new ScriptedProbe { Until = held.Task };
        using var witness = new MachineWitness(probe, Options, time);
        var asked = witness.AskAsync(stop);
        var first = time.GetUtcNow().ToUnixTimeMilliseconds();
        await probe.Begun.WaitAsync(stop);
        // A tool hangs for longer than the pause between two looks.
        time.Advance(2 * Options.MeasureEvery);
        held.SetResult();
        Assert.That((await asked).At.UnixMs, Is.EqualTo(first));
        time.Advance(Options.MeasureEvery - TimeSpan.FromMilliseconds(1));
        Assert.That(((await witness.AskAsync(stop)).At.UnixMs, probe.Looks), Is.EqualTo((first, 1)));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That((await witness.AskAsync(stop)).At.UnixMs, Is.GreaterThan(first));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Look_ThatFails_IsNotRepeatedAtOnce(CancellationToken stop)
    {
        var (time, probe) = (new HandTurnedTime(), new ScriptedProbe { Until = Task.FromException(new IOException("no processes left")) });
        using var witness = new MachineWitness(probe, Options, time);
        for (var i = 0; i < 3; i++) Assert.That(async () => await witness.AskAsync(stop), Throws.TypeOf<IOException>());
        Assert.That(probe.Looks, Is.EqualTo(1));
        probe.Until = Task.CompletedTask;
        time.Advance(Options.MeasureEvery);
        Assert.That((await witness.AskAsync(stop)).Facts, Is.SameAs(probe.Facts));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Asker_ThatGivesUp_EndsNobodyElsesLook(CancellationToken stop)
    {
        var held = new TaskCompletionSource();
        var probe = new ScriptedProbe { Until = held.Task };
        using var witness = new MachineWitness(probe, Options, new HandTurnedTime());
        using var gaveUp = new CancellationTokenSource();
        var (one, other) = (witness.AskAsync(gaveUp.Token), witness.AskAsync(stop));
        await gaveUp.CancelAsync();
        Assert.That(async () => await one, Throws.InstanceOf<OperationCanceledException>());
        held.SetResult();
        Assert.That((await other).Facts, Is.SameAs(probe.Facts));
    }

    [Test]
    public void Bounds_ThatMakeNoSense_AreRefused()
    {
        Assert.That(Options.Validate, Throws.Nothing);
        Assert.That((Options with { AskWithin = TimeSpan.FromSeconds(1) }).Validate, Throws.TypeOf<ArgumentOutOfRangeException>(), "a buyer that waits less than the worker may take");
        Assert.That((Options with { MaxResponseBytes = 1024 }).Validate, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That((Options with { KeptPerLease = 0 }).Validate, Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
