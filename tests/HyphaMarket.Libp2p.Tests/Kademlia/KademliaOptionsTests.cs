using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Storage;

namespace HyphaMarket.Libp2p.Tests.Kademlia;

public sealed class KademliaOptionsTests
{
    [Test]
    public void TheDefaults_AreValid() => Assert.That(() => new KademliaOptions().Validate(), Throws.Nothing);

    private static IEnumerable<TestCaseData> Invalid()
    {
        yield return Case(new KademliaOptions { Protocol = "kad" }, "Protocol");
        yield return Case(new KademliaOptions { BucketSize = 0 }, "BucketSize");
        yield return Case(new KademliaOptions { Parallelism = 0 }, "Parallelism");
        yield return Case(new KademliaOptions { DisjointPaths = 0 }, "DisjointPaths");
        yield return Case(new KademliaOptions { MaxPeersPerLookup = 3 }, "MaxPeersPerLookup");
        yield return Case(new KademliaOptions { MaxValueBytes = 1 << 20 }, "MaxValueBytes");
        yield return Case(new KademliaOptions { RequestTimeout = TimeSpan.FromMinutes(2) }, "RequestTimeout");
        yield return Case(new KademliaOptions { RefreshInterval = TimeSpan.Zero }, "RefreshInterval");
        yield return Case(new KademliaOptions { RepublishInterval = TimeSpan.FromHours(48) }, "RepublishInterval");
        yield return Case(new KademliaOptions { Validators = [new PublicKeyValidator(), new PublicKeyValidator()] }, "Validators");
    }

    private static TestCaseData Case(KademliaOptions options, string name) => new TestCaseData(options, name).SetArgDisplayNames(name);

    [TestCaseSource(nameof(Invalid))]
    public void AnOptionOutOfRange_IsNamedInTheError(KademliaOptions options, string name) =>
        Assert.That(options.Validate, Throws.ArgumentException.With.Message.Contains(name));
}
