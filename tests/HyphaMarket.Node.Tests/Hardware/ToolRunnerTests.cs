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

    private static Task<(string? Output, string? Problem)> Run(string tool, string arguments, TimeSpan? deadline = null) =>
        ToolRunner.RunAsync(tool, arguments, deadline ?? TimeSpan.FromSeconds(5), CancellationToken.None);
}
