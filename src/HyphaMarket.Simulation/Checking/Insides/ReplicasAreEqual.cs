using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking.Insides;

/// <summary>
/// "Replicas equal within 4 slots" once faults have ended: what any honest broker held has come to all of them four slots later, or is kept by none any more;
/// and where nobody makes offers any more, all hold the same, but for what an owner first brought in the last four slots.
/// </summary>
public sealed class ReplicasAreEqual : InsideInvariant
{
    /// <summary>Two match slots: their proposers reconcile with everybody, and at most one of the two lies where f is 1.</summary>
    private const int Within = 4;

    /// <summary>A member that adopts a set late votes 2 A + 4 slots later, and a newcomer has yet to catch up.</summary>
    private const int SettledSlots = 16;

    private (Slot Taken, Dictionary<BrokerNode, Samples> Held)? _before;
    private Slot _sampled;
    private readonly Dictionary<RecordId, Instant> _came = [];
    private bool _isHealed;

    public override string Name => "the replicas of honest brokers become equal";

    public override Tolerance Tolerates => Tolerance.LiveBrokers;

    public override void OnHealed() => _isHealed = true;

    public override void OnSlotSeen(IObservedNode broker, Slot slot)
    {
        if (!_isHealed) return;
        var now = Market.Rules.Schedule.SlotAt(Market.Now);
        if (_before is { } before)
        {
            if (now <= before.Taken.Plus(Within))
            {
                if (now > _sampled) foreach (var (node, samples) in before.Held) samples.Take(node, now);
                _sampled = now;
                return;
            }

            if (before.Held.Keys.All(Members.Contains)) Compare(before.Held, now);
        }

        _before = (now, Members.ToDictionary(node => node, node => new Samples(node.Core!, now)));
        _sampled = now;
    }

    public override void OnReceipted(IObservedNode broker, Record record, Instant clock) => _came.TryAdd(SignedRecords.IdOf(record), Market.Now);

    public override void AtTheEnd()
    {
        // While offers are made, some are always on their way.
        if (Simulated.Nodes.OfType<TraderNode>().Any(trader => trader.IsTrading)) return;
        var slot = Market.Rules.Schedule.SlotAt(Market.Now);
        // Who left, and who has just come, exchanges with some members only.
        if (Simulated.LatestSet is not { } latest || (latest.Epoch > 0 && slot < latest.FirstSlot.Plus(SettledSlots))) return;
        var brokers = Brokers.Where(broker => broker.Config!.Id == latest.Id && latest.IndexOf(broker.Id) >= 0).ToArray();
        if (brokers.Length < 2) return;
        // Nobody makes offers, but cancels are still sent, and sent again where a broker did not answer or had no room.
        var since = Market.Now.PlusMs(-Within * Market.Rules.Schedule.LengthMs);
        var first = KeptBy(brokers[0]);
        foreach (var broker in brokers.Skip(1))
        {
            var other = KeptBy(broker);
            if (first.SequenceEqual(other)) continue;
            var differing = other.Except(first).Concat(first.Except(other)).Select(id => $"{(broker.Core!.Find(id) ?? brokers[0].Core!.Find(id))!.Kind} {id}").ToArray();
            Violated($"{broker.Name} holds {other.Length} records and {brokers[0].Name} {first.Length}; {differing.Length} are only at one of them, the first: {differing.FirstOrDefault()}");
        }

        RecordId[] KeptBy(BrokerNode broker) => [.. broker.Core!.RecordsAt(slot).Where(id => !_came.TryGetValue(id, out var came) || came <= since)];
    }

    /// <summary>Those of the first set, as long as it serves: who takes part in a hand-over exchanges with some members only, and nobody proposes then.</summary>
    private IEnumerable<BrokerNode> Members => Simulated.LatestSet is { Epoch: 0 } first ? Brokers.Where(broker => broker.Config!.Id == first.Id) : [];

    private IEnumerable<BrokerNode> Brokers => Simulated.Brokers.Where(broker => broker.IsHonest && broker.Core is not null);

    private void Compare(Dictionary<BrokerNode, Samples> before, Slot now)
    {
        // Who has begun anew in the meantime, or has not yet what f + 1 others hold, does not vote yet; nor does who was led into a later slot by a wrong clock,
        // and waits for the others there, since a slot never goes back.
        var same = before.Where(entry => entry.Key.IsHonest && entry.Key.Core == entry.Value.Core && !entry.Value.Core.IsCatchingUp && !entry.Value.WasAhead && entry.Value.Core.CurrentSlot <= now.Next).ToArray();
        if (same.Length < 2) return;
        var held = same.ToDictionary(entry => entry.Key, entry => entry.Key.Core!.RecordsAt(now).ToHashSet());
        foreach (var record in same.SelectMany(entry => entry.Value.First).Distinct())
        {
            // What fell out of a full store, or gave way to a record with a lower id, was there and is on its way out elsewhere too. Where there is room again
            // it may be back at some in this very slot: what counts is what somebody held all the time.
            if (Array.TrueForAll(same, entry => held[entry.Key].Contains(record))) continue;
            var lacking = same.Where(entry => !held[entry.Key].Contains(record) && !entry.Value.HasAny(record)).ToArray();
            if (lacking.Length == 0 || !same.Any(entry => held[entry.Key].Contains(record) && entry.Value.HasAll(record))) continue;
            var what = same.Select(entry => entry.Key.Core!.Find(record)).OfType<Record>().First().Kind;
            Violated($"{string.Join(", ", lacking.Select(entry => entry.Key.Name))} lack the {what} {record} that others held {Within} slots before slot {now}");
            return;
        }
    }

    /// <summary>What a broker held, slot by slot.</summary>
    private sealed class Samples(MarketBroker core, Slot first)
    {
        private readonly List<RecordId[]> _later = [];

        public MarketBroker Core => core;

        /// <summary>Its slot was later than that of the time: what it took from the others then was what had not ended by its own.</summary>
        public bool WasAhead { get; } = core.CurrentSlot > first.Next;

        /// <summary>Ascending, as all ids of a broker come.</summary>
        public RecordId[] First { get; } = core.RecordsAt(first);

        public void Take(BrokerNode node, Slot now)
        {
            if (node.Core == core) _later.Add(core.RecordsAt(now));
        }

        public bool HasAll(RecordId id) => Array.BinarySearch(First, id) >= 0 && _later.TrueForAll(sample => Array.BinarySearch(sample, id) >= 0);

        public bool HasAny(RecordId id) => Array.BinarySearch(First, id) >= 0 || _later.Exists(sample => Array.BinarySearch(sample, id) >= 0);
    }
}
