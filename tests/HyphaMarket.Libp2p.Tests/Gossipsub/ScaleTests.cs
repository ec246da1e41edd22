using HyphaMarket.Benchmarks.Libp2p;

namespace HyphaMarket.Libp2p.Tests.Gossipsub;

/// <summary>True hosts by the dozen in one process, by the code of <c>dotnet run -c Release --project tests/HyphaMarket.Benchmarks -- scale</c>, which goes on to a thousand.</summary>
[NonParallelizable]
public sealed class ScaleTests
{
    private const int Seed = 7;

    /// <summary>Bounds a hang; on two idle cores either test takes some seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Test]
    public async Task Gossip_AmongAHundredHosts_ReachesEverySubscriberOnce_WithFewCopies()
    {
        var result = await ScaleGossip.MeasureAsync(100, messages: 10, messageBytes: 2048, Seed, Patience);
        TestContext.Out.WriteLine(result);
        Assert.That(result.Delivered, Is.EqualTo(result.Due), $"seed {Seed}: all of them");
        // A mesh of at most D_hi members sends each message at most so often to a node, and the publisher floods its neighbours.
        Assert.That(result.CopiesPerNode, Is.LessThan(12), $"seed {Seed}");
    }

    [Test]
    public async Task Lookups_AmongFiftyHosts_FindTheClosest_WithinTheHopsThatTheLogarithmAllows()
    {
        var result = await ScaleLookups.MeasureAsync(50, lookups: 20, Seed, Patience);
        TestContext.Out.WriteLine(result);
        Assert.That(result.WorstHops, Is.LessThanOrEqualTo(Math.Ceiling(result.Log2)), $"seed {Seed}");
        Assert.That(result.Exact, Is.GreaterThanOrEqualTo(0.95), $"seed {Seed}: share of lookups that found exactly the closest");
        Assert.That(result.Requests, Is.LessThan(60), $"seed {Seed}: three times k");
    }
}
