using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>One match of which this node is the seller.</summary>
public sealed class Sale
{
    internal Sale(MatchSummary match, Instant forgetAt) => (Match, ForgetAt) = (match, forgetAt);

    public MatchSummary Match { get; }
    public SaleState State { get; private set; }

    /// <summary>Signed by this node; null when the match was refused at once.</summary>
    public Record? Accepted { get; private set; }
    public Record? Settled { get; private set; }
    public Record? Released { get; private set; }

    /// <summary>Not activated before this, it lapses.</summary>
    public Instant Deadline { get; private set; }

    /// <summary>The units are taken until then at the longest, should it be activated without being renewed.</summary>
    public Instant Until { get; private set; }

    /// <summary>Nobody honest asks about the match after this.</summary>
    public Instant ForgetAt { get; }
    public int TermMinutes { get; private set; }
    public int LongestTermMinutes { get; private set; }
    public ReadOnlyMemory<byte> Group { get; private set; }
    internal IReadOnlyList<ReadOnlyMemory<byte>> BuyerAddresses { get; private set; } = [];

    /// <summary>The journal entry on which the present state rests.</summary>
    internal long Entry { get; set; }

    /// <summary>Units are spent on it, now or for a lease that has begun.</summary>
    public bool TakesQuantity => State is SaleState.Reserved or SaleState.Settled;

    /// <summary>What stands in the way of a later match: the lease, else the accept.</summary>
    internal RecordId Standing => SignedRecords.IdOf(Settled ?? Accepted ?? Released ?? throw new InvalidOperationException("A sale has a record."));

    /// <summary>The last record signed: the answer to whoever asks.</summary>
    internal SettleResponse Answer => State switch
    {
        SaleState.Reserved => new SettleResponse { Accepted = Accepted },
        SaleState.Settled => new SettleResponse { Settled = Settled },
        SaleState.Released => new SettleResponse { Released = Released },
        _ => throw new InvalidOperationException("A sale has a state."),
    };

    internal void Reserve(SaleReservedEntry entry)
    {
        State = SaleState.Reserved;
        Accepted = entry.Accepted;
        (Deadline, Until) = (new Instant(entry.DeadlineUnixMs), new Instant(entry.UntilUnixMs));
        (TermMinutes, LongestTermMinutes) = ((int)entry.TermMinutes, (int)entry.LongestTermMinutes);
        Group = entry.Group.Memory;
        BuyerAddresses = entry.BuyerAddresses.Select(address => address.Memory).ToArray();
    }

    internal void Settle(Record settled) => (State, Settled) = (SaleState.Settled, settled);

    internal void Release(Record released) => (State, Released) = (SaleState.Released, released);
}
