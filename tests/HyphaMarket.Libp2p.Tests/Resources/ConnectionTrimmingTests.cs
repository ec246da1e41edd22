using HyphaMarket.Libp2p.Resources;

namespace HyphaMarket.Libp2p.Tests.Resources;

[TestFixture]
public sealed class ConnectionTrimmingTests
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(30);

    [TestCase(90, 0)]
    [TestCase(91, 16)]
    [TestCase(100, 25)]
    public void Excess_BeginsAboveTheHighWater_AndReachesDownToTheLow(int open, int excess) =>
        Assert.That(ConnectionTrimming.Excess(open, 100, new ConnectionManagerOptions()), Is.EqualTo(excess));

    [Test]
    public void LeastValued_GoFirst_ThenIdleInboundOnes_ThenTheYoungest()
    {
        var open = new[]
        {
            Open("mesh", value: 20),
            Open("table", value: 5),
            Open("dialled", inbound: false, idle: true),
            Open("busy stranger", idle: false, ageMinutes: 2),
            Open("old stranger", idle: true, ageMinutes: 60),
            Open("new stranger", idle: true, ageMinutes: 1),
            Open("bad", value: -10, idle: false),
        };
        Assert.That(
            ConnectionTrimming.Choose(open, 7, s_grace),
            Is.EqualTo(new[] { "bad", "new stranger", "old stranger", "busy stranger", "dialled", "table", "mesh" }));
        Assert.That(ConnectionTrimming.Choose(open, 2, s_grace), Is.EqualTo(new[] { "bad", "new stranger" }));
    }

    [Test]
    public void ProtectedPeers_AndYoungConnections_AreNeverTrimmed()
    {
        var open = new[] { Open("protected", value: PeerValues.Protected), Open("young", ageMinutes: 0), Open("other") };
        Assert.That(ConnectionTrimming.Choose(open, 3, s_grace), Is.EqualTo(new[] { "other" }));
    }

    [Test]
    public void Newcomer_TakesThePlaceOfWhoeverIsWorthLess_AndAStrangerOfNobody()
    {
        var open = new[] { Open("mesh", value: 20), Open("stranger", ageMinutes: 0), Open("protected", value: PeerValues.Protected) };
        Assert.That(ConnectionTrimming.TryChooseFor(0, open, out _), Is.False);
        Assert.That((ConnectionTrimming.TryChooseFor(1, open, out var first), first), Is.EqualTo((true, "stranger")));
        var valued = open.Where(candidate => candidate.Value > 0).ToArray();
        Assert.That(ConnectionTrimming.TryChooseFor(20, valued, out _), Is.False, "equals do not push each other out");
        Assert.That((ConnectionTrimming.TryChooseFor(PeerValues.Protected, valued, out var second), second), Is.EqualTo((true, "mesh")));
    }

    [Test]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.That(() => new ConnectionManagerOptions { HighWater = 1.1 }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new ConnectionManagerOptions { LowWater = 0.95 }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new ConnectionManagerOptions { MaxTaggedPeers = 0 }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new ConnectionManagerOptions().Validate(), Throws.Nothing);
    }

    private static TrimCandidate<string> Open(string name, double value = 0, bool inbound = true, bool idle = true, int ageMinutes = 10) =>
        new(name, value, inbound, idle, TimeSpan.FromMinutes(ageMinutes));
}
