using HyphaMarket.Market.Offers;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>What became of an incoming record.</summary>
/// <param name="Verdict">Fine when it is kept or was kept before.</param>
/// <param name="IsNew">It was not known before.</param>
/// <param name="IsWrongForAll">Every honest node refuses it: who relays it is at fault.</param>
/// <param name="RetryAfterMs">rate-limited only.</param>
/// <param name="WorkBits">insufficient-work only: the bits wanted.</param>
/// <param name="WorstPriceMicros">book-full only: the worst price kept.</param>
/// <param name="SkewMs">clock-skew only: the owner's clock less mine.</param>
internal readonly record struct Intake(OfferVerdict Verdict, bool IsNew = false, bool IsWrongForAll = false, int RetryAfterMs = 0, int WorkBits = 0, long WorstPriceMicros = 0, long SkewMs = 0)
{
    public static Intake New => new(OfferVerdict.Fine, IsNew: true);

    public static Intake Known => new(OfferVerdict.Fine);

    /// <summary>Wrong whoever looks at it.</summary>
    public static Intake Wrong(OfferVerdict verdict) => new(verdict, IsWrongForAll: true);

    public static Intake Wrong(OfferRefusal reason, string detail) => Wrong(new OfferVerdict(reason, detail));

    /// <summary>Not for me, or not now.</summary>
    public static Intake Refused(OfferRefusal reason, string detail) => new(new OfferVerdict(reason, detail));
}
