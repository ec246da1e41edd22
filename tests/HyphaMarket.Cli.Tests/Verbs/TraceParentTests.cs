using HyphaMarket.Cli.Client;

namespace HyphaMarket.Cli.Tests.Verbs;

public sealed class TraceParentTests
{
    private const string Given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Test]
    public void Requests_OfOneRun_AreSpansOfOneTrace()
    {
        var trace = new TraceParent(null);
        var (first, second) = (trace.Next(), trace.Next());
        Assert.That(first, Does.Match("^00-[0-9a-f]{32}-[0-9a-f]{16}-01$"));
        Assert.That((second[3..35], second[36..52] == first[36..52]), Is.EqualTo((first[3..35], false)));
    }

    [Test]
    public void Caller_WithATraceOfItsOwn_KeepsIt() => Assert.That(new TraceParent(Given).Next()[3..35], Is.EqualTo(Given[3..35]));

    [TestCase("")]
    [TestCase("00-short-01")]
    public void Trace_ThatIsMalformed_IsNoReasonToFail(string given) => Assert.That(new TraceParent(given).Next(), Does.Match("^00-[0-9a-f]{32}-[0-9a-f]{16}-01$"));
}
