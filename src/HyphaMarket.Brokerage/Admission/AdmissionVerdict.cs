using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>What became of an incoming record.</summary>
/// <param name="Verdict">Fine when it is kept or was kept before.</param>
/// <param name="IsNew">It was not known before.</param>
/// <param name="IsWrongForAll">Every honest node refuses it: who relays it is at fault.</param>
/// <param name="RetryAfterMs">rate-limited only.</param>
/// <param name="WorkBits">insufficient-work only: the bits wanted.</param>
/// <param name="WorstPriceMicros">book-full only: the worst price kept.</param>
/// <param name="SkewMs">clock-skew only: the owner's clock less mine.</param>
public sealed record AdmissionVerdict(OfferVerdict Verdict, bool IsNew = false, bool IsWrongForAll = false, int RetryAfterMs = 0, int WorkBits = 0, long WorstPriceMicros = 0, long SkewMs = 0)
{
    public static AdmissionVerdict New { get; } = new(OfferVerdict.Fine, IsNew: true);

    public static AdmissionVerdict Known { get; } = new(OfferVerdict.Fine);

    /// <summary>What gossip should do with it.</summary>
    public GossipVerdict Gossip => Verdict.IsFine ? IsNew ? GossipVerdict.Accept : GossipVerdict.Ignore : IsWrongForAll ? GossipVerdict.Reject : GossipVerdict.Ignore;

    /// <summary>Wrong whoever looks at it.</summary>
    public static AdmissionVerdict Wrong(OfferVerdict verdict) => new(verdict, IsWrongForAll: true);

    /// <inheritdoc cref="Wrong(OfferVerdict)"/>
    public static AdmissionVerdict Wrong(OfferRefusal reason, string detail) => Wrong(new OfferVerdict(reason, detail));

    /// <summary>Not for me, or not now.</summary>
    public static AdmissionVerdict Refused(OfferRefusal reason, string detail) => new(new OfferVerdict(reason, detail));

    /// <summary>Too much at once: try again in so many milliseconds.</summary>
    public static AdmissionVerdict Busy(string detail, int retryAfterMs) => Refused(OfferRefusal.RateLimited, detail) with { RetryAfterMs = retryAfterMs };

    /// <summary>As its owner is told of it.</summary>
    public Refusal ToRefusal() => new()
    {
        Reason = (RefusalReason)Verdict.Reason,
        Detail = Verdict.Detail,
        WorkBits = (uint)WorkBits,
        WorstPriceMicros = WorstPriceMicros,
        RetryAfterMs = (uint)RetryAfterMs,
        SkewMs = SkewMs,
    };
}
