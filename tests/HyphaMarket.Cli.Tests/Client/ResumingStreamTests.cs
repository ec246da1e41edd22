using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Client;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ResumingStreamTests
{
    private static readonly CliException Gone = new(ExitCode.DaemonUnreachable, "daemon-unreachable", "No daemon answers.");
    private readonly LeapingTime _time = new();
    private int _opened;
    private int _lost;
    private int _back;

    [Test]
    public async Task Stream_ThatIsLost_GoesOnAfterTheLastValueSeen()
    {
        var values = await TakeAsync(5, [[1, 2, 3], [], [2, 3, 4], [4, 5]], end: null);
        Assert.That(values, Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
        Assert.That((_opened, _lost, _back), Is.EqualTo((4, 2, 2)), "told once a loss");
    }

    [Test]
    public async Task Stream_ThatStaysAway_IsTriedAgain_LessAndLessOften_UntilItsTimeIsOver()
    {
        var options = new ResumeOptions { First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(4), GiveUpAfter = TimeSpan.FromSeconds(13) };
        var failure = (await Assert.ThrowsAsync<CliException>(() => TakeAsync(2, [[1]], Gone, options)))!;
        Assert.That((failure.ExitCode, failure.Error.Code), Is.EqualTo((ExitCode.DaemonUnreachable, "stream-lost")));
        Assert.That(_time.Waits.Select(wait => wait.TotalSeconds), Is.EqualTo(new[] { 1, 2, 4, 4, 2 }));
        Assert.That((_opened, _lost, _back), Is.EqualTo((6, 1, 0)));
    }

    [Test]
    public async Task Stream_ThatNeverBegan_IsAFailureAtOnce()
    {
        var failure = (await Assert.ThrowsAsync<CliException>(() => TakeAsync(1, [], Gone)))!;
        Assert.That((failure.Error.Code, _opened, _time.Waits.Count), Is.EqualTo(("daemon-unreachable", 1, 0)));
    }

    [Test]
    public async Task Failure_ThatWouldBeTheSameAgain_IsNotTriedAgain()
    {
        var failure = (await Assert.ThrowsAsync<CliException>(() => TakeAsync(2, [[1]], new CliException(ExitCode.NotFound, "unknown-profile", "There is no such market."))))!;
        Assert.That((failure.Error.Code, _opened), Is.EqualTo(("unknown-profile", 2)));
    }

    [Test]
    public async Task Brokers_ThatAreSilent_AreATimeOut_WhenTheyStaySo()
    {
        var failure = (await Assert.ThrowsAsync<CliException>(() => TakeAsync(2, [[1]], new CliException(ExitCode.Error, "brokers-silent", "No broker of the market answered."))))!;
        Assert.That((failure.ExitCode, failure.Error.Code), Is.EqualTo((ExitCode.TimedOut, "stream-lost")));
        Assert.That(failure.Error.Reason, Does.Contain("No broker of the market answered."));
    }

    [Test]
    public void Options_ThatMakeNoSense_AreRefused()
    {
        Assert.That(new ResumeOptions().Validate, Throws.Nothing);
        Assert.That((new ResumeOptions() with { First = TimeSpan.Zero }).Validate, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That((new ResumeOptions() with { Longest = TimeSpan.FromMilliseconds(1) }).Validate, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That((new ResumeOptions() with { GiveUpAfter = TimeSpan.FromSeconds(-1) }).Validate, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    /// <summary>Reads so many values of streams that end one after the other; what is opened after them fails.</summary>
    private async Task<List<int>> TakeAsync(int count, int[][] streams, CliException? end, ResumeOptions? options = null)
    {
        var stream = new ResumingStream<int>(Open, value => value, options ?? new ResumeOptions(), _time) { OnLost = _ => _lost++, OnBack = () => _back++ };
        var values = new List<int>();
        await foreach (var value in stream.ReadAsync(CancellationToken.None))
        {
            values.Add(value);
            if (values.Count == count) break;
        }

        return values;

        async IAsyncEnumerable<int> Open()
        {
            await Task.Yield();
            var turn = _opened++;
            if (turn >= streams.Length && end is not null) throw end;
            foreach (var value in streams[turn]) yield return value;
        }
    }
}
