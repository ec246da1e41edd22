using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>What the formation of a broker set wants done.</summary>
public abstract record EpochEffect
{
    private EpochEffect() { }

    /// <summary>Make the entry durable, then call <c>OnDurable(Number)</c>.</summary>
    public sealed record Append(long Number, JournalEntry Entry) : EpochEffect;

    /// <summary>Ask a member; the answer comes back by <c>OnResponse(Number)</c>, null where there is none.</summary>
    public sealed record Ask(long Number, EpochMember To, EpochRequest Request) : EpochEffect;

    /// <summary>Answer the request that came in with this number.</summary>
    public sealed record Respond(long Request, EpochResponse Response) : EpochEffect;

    /// <summary>Look up the nearest servers of the market and tell them by <c>OnView</c>.</summary>
    public sealed record LookUp : EpochEffect;

    /// <summary>The market has a broker set, and this node is in it.</summary>
    public sealed record Adopted(EpochConfig Config) : EpochEffect;
}
