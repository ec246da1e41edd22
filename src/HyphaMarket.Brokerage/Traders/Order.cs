using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Traders;

/// <summary>One of this node's offers and what became of it.</summary>
public sealed class Order
{
    internal Order(Offer offer, Record record, Instant created, Instant end) => (Offer, Record, Created, End) = (offer, record, created, end);

    public Offer Offer { get; }

    /// <summary>The signed offer.</summary>
    public Record Record { get; }
    public Instant Created { get; }
    public OrderState State { get; internal set; } = OrderState.Pending;

    /// <summary>Units matched that stand: claimed, reserved or leased.</summary>
    public int Matched { get; internal set; }

    /// <summary>Units that a match took and did not lead to a lease, by this side's fault or the counterparty's release.</summary>
    public int Dropped { get; internal set; }

    /// <summary>The best rank that a broker's receipt told, from 1; 0 where none did.</summary>
    public int Rank { get; internal set; }

    /// <summary>The refusal that most brokers gave, where they refused.</summary>
    public Refusal? Refusal { get; internal set; }

    /// <summary>So many brokers know another offer of this sequence that one of them is honest: the journal is an old copy.</summary>
    public bool WasSequenceUsed { get; internal set; }

    /// <summary>The signed cancel, once there is one. A refused order has one too: a broker that took it must not keep it.</summary>
    public Record? Cancel { get; internal set; }

    /// <summary>Brokers whose receipt of the order is here.</summary>
    public int Receipts => Submission.Receipts.Count;

    /// <summary>The key that its maker gave it, durable with it; null for none.</summary>
    public string? IdempotencyKey { get; internal set; }

    public bool IsOver => State is OrderState.Filled or OrderState.Cancelled or OrderState.Expired or OrderState.Refused;

    /// <summary>When its last slot ends.</summary>
    internal Instant End { get; }

    /// <summary>The cancel is durable.</summary>
    internal bool IsWithdrawn { get; set; }

    /// <summary>What it is to be sent with; null once it was, or is sent alone.</summary>
    internal OrderBundle? Bundle { get; set; }

    internal Submission Submission { get; } = new();
    internal Submission CancelSubmission { get; } = new();
    internal HashSet<Hash256> Matches { get; } = [];
}
