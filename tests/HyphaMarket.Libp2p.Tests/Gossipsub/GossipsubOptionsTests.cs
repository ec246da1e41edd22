using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Wire;

namespace HyphaMarket.Libp2p.Tests.Gossipsub;

public sealed class GossipsubOptionsTests
{
    [Test]
    public void TheDefaults_AreValid() => Assert.That(() => new GossipsubOptions().Validate(), Throws.Nothing);

    [Test]
    public void ABootstrapperWithoutAMesh_IsValid() =>
        Assert.That(() => new GossipsubOptions { Degree = 0, DegreeLow = 0, DegreeHigh = 0, DegreeOutbound = 0, DegreeScore = 0 }.Validate(), Throws.Nothing);

    [Test]
    public void EachContradiction_IsRefused()
    {
        var bad = new GossipsubOptions[]
        {
            new() { DegreeLow = 7 },
            new() { DegreeHigh = 5 },
            new() { DegreeOutbound = 4 },
            new() { Degree = 6, DegreeLow = 6, DegreeOutbound = 4 },
            new() { DegreeScore = 7 },
            new() { GossipFactor = 1.1 },
            new() { HistoryGossip = 6 },
            new() { PruneBackoff = TimeSpan.FromMilliseconds(500) },
            new() { MaxRpcBytes = 100 },
            new() { MaxQueuedBytes = 1000 },
            new() { HeartbeatInterval = TimeSpan.Zero },
            new() { MaxSeen = 0 },
            new() { OpportunisticGraftInterval = TimeSpan.Zero },
            new() { OpportunisticGraftPeers = -1 },
            new() { MaxPendingValidations = 0 },
            new() { MaxIHaveLength = 1_000_000 },
        };

        using (Assert.EnterMultipleScope())
        {
            foreach (var options in bad) Assert.That(options.Validate, Throws.ArgumentException, options.ToString());
            Assert.That(() => new GossipsubOptions { RpcLimits = new RpcLimits { MaxMessages = 0 } }.Validate(), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }
}
