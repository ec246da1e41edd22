using Spectre.Console;

using HyphaMarket.Cli.Live;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Verbs;

public sealed class LiveTests
{
    [Test]
    public async Task MarketWatch_OnATerminal_ShowsBookSpreadTradesAndClock()
    {
        using var line = new CommandLine { OutputIsTerminal = true };
        await using var daemon = await StubDaemon.StartAsync(line.DataDirectory);
        var result = await line.RunAsync("market", "watch", "discovery-alpha", "--count", "3");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
        Assert.That(result.Out, Does.Contain("discovery-alpha").And.Contain("spread 0.001000 credits/min").And.Contain("0.014000").And.Contain("Last trades").And.Contain("0.012003"));
        Assert.That(result.Out, Does.Match("slot \\d+ (collects|matches)"));
        Assert.That((await line.RunAsync("market", "watch", "discovery-alpha", "--lines", "--count", "3")).Out.TrimEnd().Split('\n'), Has.Length.EqualTo(3));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task MarketWatch_GoesOn_WhenTheDaemonWasRestarted_AndSaysSo(bool onATerminal)
    {
        using var line = new CommandLine { OutputIsTerminal = onATerminal };
        line.Environment["NO_COLOR"] = "1";
        var daemon = await StubDaemon.StartAsync(line.DataDirectory);
        var watching = line.RunAsync("market", "watch", "discovery-alpha", "--count", "5");
        await daemon.ToldAll;
        await daemon.DisposeAsync();
        daemon = await StubDaemon.StartAsync(line.DataDirectory);
        daemon.WatchFrom = 3;
        var result = await watching.WaitAsync(TimeSpan.FromSeconds(30));
        await daemon.DisposeAsync();
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
        if (onATerminal)
        {
            Assert.That(result.Out, Does.Match("Lost at [0-9:]+, trying again"));
            return;
        }

        Assert.That(result.Out.TrimEnd().Split('\n').Select(text => text.Split("  ")[1]), Is.EqualTo(new[] { "1", "2", "3", "4", "5" }), "each slot once");
        Assert.That(result.Error, Does.Contain("The stream was lost").And.Contain("The stream is back."));
    }

    [Test]
    public async Task MarketWatch_OfADaemonThatStaysAway_EndsWithAnError()
    {
        using var line = new CommandLine();
        var daemon = await StubDaemon.StartAsync(line.DataDirectory);
        var watching = line.RunAsync("market", "watch", "discovery-alpha", "--retry-for", "300ms", "-o", "jsonl");
        await daemon.ToldAll;
        await daemon.DisposeAsync();
        var result = await watching.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(result.Code, Is.EqualTo(ExitCode.DaemonUnreachable));
        Assert.That(result.Error, Does.Contain("\"code\":\"stream-lost\"").And.Contain("did not come back within 300ms"));
        Assert.That(result.Out.TrimEnd().Split('\n'), Has.Length.EqualTo(3), "what was told stays told");
    }

    [Test]
    public void Picture_OfAnEmptyBook_SaysSo()
    {
        var picture = new MarketPicture(new QuoteView { Market = new string('a', 64), Slot = 7, Divergent = 2 }, [], null) { Notice = "Lost at 12:00:00, trying again." };
        using var text = new StringWriter();
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No }).Write(picture.Render(DateTimeOffset.UnixEpoch));
        Assert.That(text.ToString(), Does.Contain("slot 7").And.Contain("The book is empty.").And.Contain("none that this node has seen").And.Contain("2 brokers show another book.").And.Contain("Lost at 12:00:00, trying again."));
    }

    [Test]
    public void Sparkline_HasItsLowestAndHighestBar_AndTheLastThatFit()
    {
        Assert.That(Sparkline.Of([0, 7, 3], 10), Is.EqualTo("▁█▄"));
        Assert.That(Sparkline.Of([9, 0, 7], 2), Is.EqualTo("▁█"));
        Assert.That(Sparkline.Of([5, 5], 10), Is.EqualTo("▅▅"));
        Assert.That(Sparkline.Of([], 10), Is.Empty);
    }

    [Test]
    public void SlotClock_CountsOnFromWhatWasTold()
    {
        var clock = new SlotClock(10, DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(2));
        Assert.That(clock.At(DateTimeOffset.UnixEpoch.AddSeconds(5)), Is.EqualTo((12L, 0.5)));
        Assert.That(clock.Text(DateTimeOffset.UnixEpoch.AddSeconds(5)), Is.EqualTo("slot 12 collects ━━━━━━━━━━──────────"));
        Assert.That(clock.Text(DateTimeOffset.UnixEpoch.AddSeconds(2)), Does.StartWith("slot 11 matches "));
        Assert.That(clock.At(DateTimeOffset.UnixEpoch.AddSeconds(-1)).Slot, Is.EqualTo(9), "a clock set back");
    }
}
