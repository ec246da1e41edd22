using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Storage;

namespace HyphaMarket.Libp2p.Tests.Kademlia;

public sealed class KademliaOptionsTests
{
    [Test]
    public void TheDefaults_AreValid() => Assert.That(() => new KademliaOptions().Validate(), Throws.Nothing);

    private static IEnumerable<TestCaseData> Invalid()
    {
        yield return new TestCaseData(new KademliaOptions { Protocol = "kad" }, "Protocol");
        yield return new TestCaseData(new KademliaOptions { BucketSize = 0 }, "BucketSize");
        yield return new TestCaseData(new KademliaOptions { Parallelism = 0 }, "Parallelism");
        yield return new TestCaseData(new KademliaOptions { DisjointPaths = 0 }, "DisjointPaths");
        yield return new TestCaseData(new KademliaOptions { MaxPeersPerLookup = 3 }, "MaxPeersPerLookup");
        yield return new TestCaseData(new KademliaOptions { MaxValueBytes = 1 << 20 }, "MaxValueBytes");
        yield return new TestCaseData(new KademliaOptions { RequestTimeout = TimeSpan.FromMinutes(2) }, "RequestTimeout");
        yield return new TestCaseData(new KademliaOptions { RefreshInterval = TimeSpan.Zero }, "RefreshInterval");
        yield return new TestCaseData(new KademliaOptions { RepublishInterval = TimeSpan.FromHours(48) }, "RepublishInterval");
        yield return new TestCaseData(new KademliaOptions { Validators = [new PublicKeyValidator(), new PublicKeyValidator()] }, "Validators");
    }

    [TestCaseSource(nameof(Invalid))]
    public void AnOptionOutOfRange_IsNamedInTheError(KademliaOptions options, string name) =>
        Assert.That(options.Validate, Throws.ArgumentException.With.Message.Contains(name));
}
