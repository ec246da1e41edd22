using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Faults;

/// <summary>
/// Cuts the network where it could hurt most: while one broker set hands over to the next, those who go are left with some of those who stay, those who come
/// with the others, and liars speak to both. It listens as invariants do, and judges nothing.
/// </summary>
/// <param name="always">At each hand-over, and to the deadline of the old set's last slot.</param>
internal sealed class HandoverSplits(SimulatedMarket market, bool always = false) : Invariant
{
    /// <summary>2 A slots: from then on the old set must be quiet.</summary>
    private readonly long _drain = 2 * market.Rules.Schedule.ActivationPairs;
    private readonly Dictionary<RecordId, EpochConfig> _sets = [];
    private bool _ended;

    public override string Name => "the network hears of hand-overs";

    public void End() => _ended = true;

    public override void OnAdopted(IObservedNode node, EpochConfig config)
    {
        if (!_sets.TryAdd(config.Id, config) || _ended || config.Kind != EpochKind.Change || _sets.GetValueOrDefault(config.Previous!.Value) is not { } before) return;
        if (!always && market.World.Random.Next(2) == 0) return;
        var until = config.FirstSlot.Plus(always ? (int)_drain + 2 : market.World.Random.Next(1, (int)_drain + 3));
        At(config.FirstSlot.Plus(-_drain), () => Split(before, config));
        At(until, market.Network.Mend);
    }

    private void Split(EpochConfig before, EpochConfig config)
    {
        var kept = before.Members.Where(member => config.IndexOf(member.Peer) >= 0).Select(member => member.Peer).Where(IsHonest).ToArray();
        market.World.Random.Shuffle(kept);
        var half = kept.Length / 2;
        int[] old = [.. before.Members.Select(member => member.Peer).Where(peer => config.IndexOf(peer) < 0 && IsHonest(peer)).Concat(kept.Take(half)).Select(market.NumberOf)];
        int[] next = [.. config.Members.Select(member => member.Peer).Where(peer => before.IndexOf(peer) < 0 && IsHonest(peer)).Concat(kept.Skip(half)).Select(market.NumberOf)];
        market.World.Tell($"{string.Join(", ", old.Select(number => market.Nodes[number].Name))} are split from {string.Join(", ", next.Select(number => market.Nodes[number].Name))} as the set of epoch {config.Epoch} takes over");
        market.Network.Partition(old, next);
    }

    private bool IsHonest(ParticipantId peer) => market.Find(peer) is { IsHonest: true };

    private void At(Slot slot, Action act) => market.World.After(market.Rules.Schedule.StartOf(slot).UnixMs - market.Now.UnixMs, () =>
    {
        if (!_ended) act();
    });
}
