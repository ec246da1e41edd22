using HyphaMarket.Node.Hardware;

namespace HyphaMarket.Node.Tests.Hardware;

public sealed class ToolRunnerTests
{
    [Test]
    public async Task Tool_ThatIsNotThere_IsNeitherOutputNorProblem() =>
        Assert.That(await Run("hypha-no-such-tool", ""), Is.EqualTo(((string?)null, (string?)null)));

    [Test]
    public async Task Tool_ThatWorks_GivesItsOutput() => Assert.That(await Run("echo", "0, Tesla T4, 15360"), Is.EqualTo(("0, Tesla T4, 15360\n", (string?)null)));

    [Test]
    public async Task Tool_ThatFails_IsAProblemWithItsWords()
    {
        var (output, problem) = await Run("sh", "-c \"echo no devices were found >&2; exit 6\"");
        Assert.That(output, Is.Null);
        Assert.That(problem, Is.EqualTo("sh ended with 6: no devices were found"));
    }

    [Test]
    public async Task Tool_ThatHangs_IsEndedAtItsDeadline()
    {
        var (output, problem) = await Run("sleep", "60", TimeSpan.FromMilliseconds(200));
        Assert.That(output, Is.Null);
        Assert.That(problem, Does.Contain("did not answer"));
    }

    [Test]
    public async Task Tool_ThatPrintsWithoutEnd_IsCutOff()
    {
        var (output, problem) = await Run("yes", "");
        Assert.That(output, Is.Null);
        Assert.That(problem, Is.Not.Null);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Tool_ThatCannotBeEnded_IsNotRunAgain_BeforeItHasGone(CancellationToken stop)
    {
        // As a process that the driver keeps in the kernel: told to end, it stays.
        var stuck = new System.Collections.Concurrent.ConcurrentBag<System.Diagnostics.Process>();
        var tools = new ToolRunner(TimeSpan.FromSeconds(2), stuck.Add);
        var late = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => tools.RunAsync("sleep", "60", stop)));
        Assert.That(late.Select(told => told.Problem), Is.All.Contains("did not answer within"));
        for (var i = 0; i < 5; i++) Assert.That((await tools.RunAsync("sleep", "60", stop)).Problem, Does.Contain("asked again when that has gone"));
        Assert.That(stuck, Has.Count.EqualTo(3), "however often it is asked, no further process is started");
        Assert.That((await tools.RunAsync("echo", "well", stop)).Output, Is.EqualTo("well\n"), "other tools have nothing to do with it");
        foreach (var process in stuck)
        {
            process.Kill();
            await process.WaitForExitAsync(stop);
        }

        Assert.That(await tools.RunAsync("sleep", "0", stop), Is.EqualTo(("", (string?)null)));
    }

    private static Task<(string? Output, string? Problem)> Run(string tool, string arguments, TimeSpan? deadline = null) =>
        new ToolRunner(deadline ?? TimeSpan.FromSeconds(5)).RunAsync(tool, arguments, CancellationToken.None);
}
