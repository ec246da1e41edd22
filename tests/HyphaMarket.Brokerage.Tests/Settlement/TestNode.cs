using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Settlement;

/// <summary>One node: a real core, a journal that survives crashes up to what was synced, and all that ever left the node.</summary>
internal sealed class TestNode
{
    private readonly TestMarket _market;
    private readonly List<(Offer Offer, Record Record)> _offers = [];
    private readonly Dictionary<OfferId, RecordId> _cancels = [];
    private readonly Queue<(long Number, JournalEntry Entry)> _unsynced = new();

    public TestNode(TestMarket market, string name, int units = 0, long budget = long.MaxValue)
    {
        (_market, Name, Keys) = (market, name, FakeKeys.Of(name));
        Units = units;
        Options = new SettlementOptions { BudgetMicros = budget };
        Core = NewCore();
    }

    public string Name { get; }
    public FakeKeys Keys { get; }
    public int Units { get; }
    public SettlementOptions Options { get; set; }
    public LeaseOptions LeaseOptions { get; set; } = new();
    public ILeasePolicy Policy { get; set; } = BuyerRenews.Never;
    public SettlementCore Core { get; private set; }
    public bool IsUp { get; private set; } = true;

    /// <summary>Counts restarts; what an earlier life asked for is not answered to a later one.</summary>
    public int Life { get; private set; }

    /// <summary>What is on disk.</summary>
    public List<JournalEntry> Disk { get; } = [];
    public List<SettlementEvent> Events { get; } = [];

    /// <summary>Every signed settlement record that left this node, in any message.</summary>
    public List<Record> Left { get; } = [];

    /// <summary>The clock of this node's own; the world's by default.</summary>
    public long ClockSkewMs { get; set; }

    /// <summary>A second market whose brokers the node accepts, and in which its machine has as many units.</summary>
    public TestMarket? Second { get; set; }

    public IEnumerable<T> EventsOf<T>()
        where T : SettlementEvent => Events.OfType<T>();

    /// <summary>Makes the core again with changed options; only before the first use.</summary>
    public TestNode Configure(Action<TestNode> change)
    {
        change(this);
        Core = NewCore();
        return this;
    }

    public (Offer Offer, Record Record) Sell(Instant now, long price = 100, int quantity = 1, int term = 10, Action<OfferBody>? change = null) =>
        Own(now, _market.Ask(Keys, price, quantity, term, change));

    public (Offer Offer, Record Record) Buy(Instant now, long price = 200, int quantity = 1, int term = 3, Action<OfferBody>? change = null) =>
        Own(now, _market.Bid(Keys, price, quantity, term, change));

    /// <summary>An offer in the second market.</summary>
    public (Offer Offer, Record Record) OfferInSecond(Instant now, bool isBid, Action<OfferBody>? change = null) =>
        Own(now, isBid ? Second!.Bid(Keys, change: change) : Second!.Ask(Keys, change: change));

    public RecordId Cancel(OfferId offer)
    {
        var cancel = new RecordId(Hash256.Of(offer.ToArray()));
        _cancels[offer] = cancel;
        Core.OnOwnOfferGone(offer, cancel);
        return cancel;
    }

    public void Append(SettlementEffect.Append append) => _unsynced.Enqueue((append.Number, append.Entry));

    public bool HasUnsynced => _unsynced.Count > 0;

    /// <summary>The oldest written entry reaches the disk; returns its number.</summary>
    public long Sync()
    {
        var (number, entry) = _unsynced.Dequeue();
        Disk.Add(entry);
        return number;
    }

    /// <summary>Power loss. Of what was written and not synced, a prefix may have reached the disk all the same.</summary>
    public void Crash(int unsyncedThatSurvive)
    {
        while (unsyncedThatSurvive-- > 0 && HasUnsynced) Sync();
        _unsynced.Clear();
        IsUp = false;
        Life++;
    }

    public void Restart(Instant now, string? damage = null)
    {
        IsUp = true;
        Core = NewCore();
        Core.Restore(now, Disk, damage is null ? null : Hash256.Of(System.Text.Encoding.UTF8.GetBytes(damage)));
        foreach (var (offer, _) in _offers) Core.OnOwnOffer(now, offer);
        foreach (var (offer, cancel) in _cancels) Core.OnOwnOfferGone(offer, cancel);
    }

    public override string ToString() => Name;

    private (Offer Offer, Record Record) Own(Instant now, (Offer Offer, Record Record) made)
    {
        _offers.Add(made);
        Core.OnOwnOffer(now, made.Offer);
        return made;
    }

    private SettlementCore NewCore() => new(
        Options,
        LeaseOptions,
        new SettlementKeys(TestMarket.Network, Keys, TestMarket.Verifier),
        new CertifiedFillVerifier(TestMarket.Network, (id, _) => id == _market.Config.Id ? _market.Config : id == Second?.Config.Id ? Second.Config : null, TestMarket.Verifier),
        new SpotDelivery(TestMarket.Schedule),
        MachineCapacity.OfUnits((Second is null ? [_market] : new[] { _market, Second }).ToDictionary(market => market.Id, _ => Units)),
        Policy);
}
