using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>What a willing node wants done about a market's broker sets.</summary>
public abstract record EpochEffect
{
    private EpochEffect() { }

    /// <summary>Make the entry durable, then call <c>OnDurable(Number)</c>.</summary>
    public sealed record Append(long Number, JournalEntry Entry) : EpochEffect;

    /// <summary>Ask a node; the answer comes back by <c>OnResponse(Number)</c>, null where there is none.</summary>
    public sealed record Ask(long Number, EpochMember To, EpochRequest Request) : EpochEffect;

    /// <summary>Answer the request that came in with this number.</summary>
    public sealed record Respond(long Request, EpochResponse Response) : EpochEffect;

    /// <summary>Look up the nearest servers of the market and tell them by <c>OnView</c>.</summary>
    public sealed record LookUp : EpochEffect;

    /// <summary>The set of now, be this node in it or not. Sets come in their order.</summary>
    public sealed record Adopted(EpochConfig Config) : EpochEffect;

    /// <summary>A set before those that were known: its certificates are believed too.</summary>
    public sealed record Learned(EpochConfig Config) : EpochEffect;

    /// <summary>This node committed to a change: as a member of the set of now it may vote in no slot from this one on. Comes before the commitment is shown.</summary>
    public sealed record Drain(Slot From) : EpochEffect;

    /// <summary>What the operator should know.</summary>
    public sealed record Warn(string Detail) : EpochEffect;
}
