using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Leases;

/// <summary>A signed lease and what has become of it, as one of its parties knows it.</summary>
public sealed class Lease
{
    private const long MinuteMs = 60_000;
    private readonly SortedDictionary<LeaseAskKind, PendingAsk> _asks = [];

    internal Lease(LeaseRole role, Record settled, MatchSummary match, SettledBody body, IReadOnlyList<ReadOnlyMemory<byte>> addresses)
    {
        (Role, Settled, Match) = (role, settled, match);
        Id = SignedRecords.IdOf(settled);
        (Start, End, LongestEnd) = (new Instant(body.StartUnixMs), new Instant(body.EndUnixMs), new Instant(body.LongestEndUnixMs));
        (TermStart, TermMs) = (Start, End.UnixMs - Start.UnixMs);
        BoundEnd = End;
        CounterpartyAddresses = addresses;
        NextReceiptAt = Start;
    }

    public RecordId Id { get; }
    public LeaseRole Role { get; }

    /// <summary>The contract: the seller's signature over the terms and the buyer's activation.</summary>
    public Record Settled { get; }
    public MatchSummary Match { get; }
    public ParticipantId Counterparty => Role == LeaseRole.Buyer ? Match.Seller : Match.Buyer;
    public IReadOnlyList<ReadOnlyMemory<byte>> CounterpartyAddresses { get; }
    public Instant Start { get; }

    /// <summary>The end that both signed, renewals included; exclusive.</summary>
    public Instant End { get; private set; }
    public Instant LongestEnd { get; }

    /// <summary>Renewals that both signed.</summary>
    public int Renewals { get; private set; }

    /// <summary>The last renewal, with both halves.</summary>
    public Record? Renewal { get; private set; }

    /// <summary>When a party wants it to end, if one gave notice.</summary>
    public Instant? EndsAt { get; private set; }

    /// <summary>The notice that decides <see cref="EndsAt"/>.</summary>
    public Record? Ending { get; private set; }

    /// <summary>The last receipt with both halves, and what it says: minutes and micro-credits since the start.</summary>
    public Record? Receipt { get; private set; }
    public long Minutes { get; private set; }
    public long Micros { get; private set; }

    /// <summary>
    /// When it ends as far as this node knows. A renewal of which this node's half is out counts until it is refused, for the other side may hold the whole
    /// of it: so both sides have the same end even when the answer is lost.
    /// </summary>
    public Instant EffectiveEnd => Earlier(EndsAt, OfferedEnd is { } offered && offered > End ? offered : End);

    /// <summary>Until when this node is bound at the most; a seller's half of a renewal binds it even when the buyer says that it refuses.</summary>
    public Instant CommittedEnd => Earlier(EndsAt, BoundEnd > End ? BoundEnd : End);

    /// <summary>No receipt or notice is awaited any more.</summary>
    public bool IsClosed { get; internal set; }

    /// <summary>What the seller gets for a minute of all units; micro-credits.</summary>
    public Int128 MicrosPerMinute => SpotMatch.CostOf(Match.Terms.SellPriceMicros, Match.Quantity, 1);

    /// <summary>This node's half of a renewal that is not known to be signed or refused.</summary>
    internal Record? Offered { get; private set; }
    internal bool IsEndAnnounced { get; set; }
    internal Instant NextReceiptAt { get; set; }

    /// <summary>When the buyer asks what became of the lease, if no receipt has come by then.</summary>
    internal Instant NextExchangeAt { get; set; }
    internal bool IsRenewalConsidered { get; set; }
    internal Instant TermStart { get; private set; }
    internal long TermMs { get; }

    /// <summary>The entry on which what was last signed rests.</summary>
    internal long Entry { get; set; }
    internal IReadOnlyDictionary<LeaseAskKind, PendingAsk> Asks => _asks;

    /// <summary>At two thirds of the present term.</summary>
    internal Instant RenewalAt => TermStart.PlusMs((End.UnixMs - TermStart.UnixMs) * 2 / 3);

    /// <summary>The only end that a renewal now may have: one more term, "never past the ask's longest term". Null when there is no room.</summary>
    internal Instant? NextEnd => End >= LongestEnd ? null : LongestEnd.UnixMs - End.UnixMs <= TermMs ? LongestEnd : End.PlusMs(TermMs);

    private Instant BoundEnd { get; set; }
    private Instant? OfferedEnd { get; set; }

    public bool IsActive(Instant now) => now < EffectiveEnd;

    /// <summary>Whole minutes used until now or its end.</summary>
    public long MinutesAt(Instant now)
    {
        var until = now < EffectiveEnd ? now : EffectiveEnd;
        return Math.Max(0, until.UnixMs - Start.UnixMs) / MinuteMs;
    }

    /// <summary>The most that the buyer can have to pay: to the agreed end while it runs, what was receipted once closed; micro-credits.</summary>
    internal Int128 BuyerCost
    {
        get
        {
            if (IsClosed) return Micros;
            var minutes = (CommittedEnd.UnixMs - Start.UnixMs + MinuteMs - 1) / MinuteMs;
            return Int128.Max(Micros, SpotMatch.CostOf(Match.Terms.BuyPriceMicros, Match.Quantity, Math.Max(0, minutes)));
        }
    }

    internal void Offer(Record half, Instant end)
    {
        (Offered, OfferedEnd) = (half, end);
        IsRenewalConsidered = true;
        if (end > BoundEnd) BoundEnd = end;
    }

    /// <summary>The other side says that it does not renew. A buyer is free then, as it uses nothing unless it wants to; a seller keeps the units.</summary>
    internal void WithdrawOffer()
    {
        OfferedEnd = null;
        if (Role == LeaseRole.Buyer) BoundEnd = End;
    }

    internal void Renew(Record renewal, int number, Instant end)
    {
        (Renewal, Renewals) = (renewal, number);
        (TermStart, End) = (End, end);
        (Offered, OfferedEnd) = (null, null);
        IsRenewalConsidered = false;
    }

    internal void Sign(Record receipt, long minutes, long micros) => (Receipt, Minutes, Micros) = (receipt, minutes, micros);

    /// <summary>The earliest notice counts.</summary>
    internal void Announce(Record ending, Instant at)
    {
        if (EndsAt is { } earlier && earlier <= at) return;
        (Ending, EndsAt) = (ending, at);
    }

    private static Instant Earlier(Instant? notice, Instant end) => notice is { } at && at < end ? at : end;

    internal void SetAsk(LeaseAskKind kind, PendingAsk ask) => _asks[kind] = ask;
    internal void DropAsk(LeaseAskKind kind) => _asks.Remove(kind);
}
