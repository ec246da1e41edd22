using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>One match of which this node is the buyer.</summary>
public sealed class Purchase
{
    internal Purchase(MatchSummary match, int termMinutes, int longestTermMinutes, Instant deadline, Instant abandonAt, Instant forgetAt)
    {
        Match = match;
        (TermMinutes, LongestTermMinutes) = (termMinutes, longestTermMinutes);
        (Deadline, AbandonAt, ForgetAt) = (deadline, abandonAt, forgetAt);
    }

    public MatchSummary Match { get; }
    public PurchaseState State { get; internal set; }
    public int TermMinutes { get; }
    public int LongestTermMinutes { get; }

    /// <summary>Not accepted before this, it is given up.</summary>
    public Instant Deadline { get; }

    /// <summary>A lease given at the last moment would be over by then: nobody need ask any longer.</summary>
    public Instant AbandonAt { get; }
    public Instant ForgetAt { get; }

    /// <summary>The seller's promise.</summary>
    public Record? Accepted { get; internal set; }

    /// <summary>This node's own signature to the contract; without the seller's lease it binds nobody.</summary>
    public Record? Activated { get; internal set; }
    public Record? Released { get; internal set; }

    /// <summary>Tries so far, all requests counted; the last one's number.</summary>
    public int Attempt { get; internal set; }
    public ReadOnlyMemory<byte> Group { get; internal init; }
    internal IReadOnlyList<ReadOnlyMemory<byte>> SellerAddresses { get; init; } = [];
    internal SettleClaim? Claim { get; init; }

    /// <summary>What shows the seller that this match is declined for another one.</summary>
    internal SettleDecline? Decline { get; init; }

    /// <summary>The journal entry on which the present state rests; 0 while there is none.</summary>
    internal long Entry { get; set; }

    /// <summary>Consecutive tries that brought nothing.</summary>
    internal int Failures { get; set; }

    /// <summary>An answer is awaited; else the next try is.</summary>
    internal bool IsAwaiting { get; set; }

    /// <summary>The bid's units are spent on it. A failed purchase keeps them only where the seller accepted and this node did not settle.</summary>
    public bool TakesQuantity { get; internal set; }

    /// <summary>The most that it can cost while it is under way.</summary>
    internal Int128 Cost => SpotMatch.CostOf(Match.Terms.BuyPriceMicros, Match.Quantity, TermMinutes);
    internal bool IsAsking => IsOpen || State == PurchaseState.Declining;
    internal bool IsOpen => State is PurchaseState.Claiming or PurchaseState.Activated;
}
