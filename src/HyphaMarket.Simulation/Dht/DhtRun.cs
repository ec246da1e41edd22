using System.Text;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Simulation.Dht;

/// <summary>Measures whether nodes of a large network agree on who brokers a market, and whether records outlive the nodes that hold them.</summary>
public static class DhtRun
{
    private const int MinutesPerHour = 60;

    /// <summary>A row before churn, and one after each hour of it.</summary>
    /// <param name="progress">Told what is under way.</param>
    public static IReadOnlyList<DhtRow> Run(DhtOptions options, Action<string>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var dht = new SimulatedDht(options.Seed, TimeSpan.FromMinutes(options.RefreshMinutes));
        for (var i = 0; i < options.Nodes; i++)
        {
            stop.ThrowIfCancellationRequested();
            dht.Join();
            if ((i + 1) % 1_000 == 0) progress?.Invoke($"{i + 1} nodes have joined");
        }

        var records = Enumerable.Range(0, options.Records).Select(i => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"/any/{i}")).ToArray();
        foreach (var key in records) dht.Put(dht.PickNode(), key);
        var rows = new List<DhtRow> { Measure(dht, options, records, hours: 0, left: 0) };
        var left = 0;
        for (var hour = 1; hour <= options.Hours; hour++)
        {
            var leaving = (int)(options.Nodes * options.ChurnPerHour);
            var rounds = MinutesPerHour / options.RefreshMinutes;
            for (var round = 0; round < rounds; round++)
            {
                for (var i = leaving * round / rounds; i < leaving * (round + 1) / rounds; i++, left++)
                {
                    dht.Leave();
                    dht.Join();
                }

                dht.Pass(TimeSpan.FromMinutes(options.RefreshMinutes), stop);
                progress?.Invoke($"{((hour - 1) * MinutesPerHour) + ((round + 1) * options.RefreshMinutes)} minutes have passed");
            }

            rows.Add(Measure(dht, options, records, hour, left));
        }

        return rows;
    }

    private static DhtRow Measure(SimulatedDht dht, DhtOptions options, ReadOnlyMemory<byte>[] records, int hours, int left)
    {
        var (agreeing, same, quorums, overlap, requests, lookups, brokers) = (0, 0, 0, 0.0, 0L, 0, 0);
        for (var i = 0; i < options.Markets; i++)
        {
            var market = new MarketId(Hash256.Of(Encoding.ASCII.GetBytes($"market {i}"))).ToArray();
            var found = new List<PeerId[]>();
            for (var j = 0; j < options.LookupsPerMarket; j++)
            {
                var (nearest, sent) = dht.Closest(dht.PickNode(), market);
                // Every node counts the network alike here; real ones estimate it, and above 400 nodes the 20 that a lookup finds are all that count.
                brokers = BrokerCount.Of(nearest.Count, dht.Nodes.Count, options.Brokers.Floor, options.Brokers.Cap);
                found.Add([.. nearest.Take(brokers)]);
                requests += sent;
            }

            var truth = dht.TrulyClosest(market, brokers).ToHashSet();
            var most = found.GroupBy(set => string.Join(' ', set.Select(peer => peer.ToString()).Order(StringComparer.Ordinal))).MaxBy(group => group.Count())!.First().ToHashSet();
            var quorum = new Quorum(most.Count).Votes;
            lookups += found.Count;
            agreeing += found.Count(most.SetEquals);
            same += found.Count(truth.SetEquals);
            quorums += found.Count(set => set.Count(most.Contains) >= quorum);
            overlap += found.Sum(set => (double)set.Count(most.Contains) / most.Count);
        }

        var lost = records.Where(key => !dht.Finds(dht.PickNode(), key)).ToArray();
        return new DhtRow(
            hours, dht.Nodes.Count, left, brokers, (double)agreeing / lookups, (double)same / lookups, overlap / lookups, (double)quorums / lookups, (double)requests / lookups, records.Length, lost.Length,
            lost.Count(key => !dht.IsHeldByAnybody(key)));
    }
}
