namespace HyphaMarket.Node.Api.Contracts;

/// <summary>The codes of why an order is where it is.</summary>
public static class OrderExplanation
{
    public const string Filled = "filled";
    public const string Cancelled = "cancelled";
    public const string Expired = "expired";
    public const string Refused = "refused";

    /// <summary>Too few brokers have signed for it yet.</summary>
    public const string Submitting = "submitting";

    /// <summary>It is matched, and the parties settle.</summary>
    public const string Settling = "settling";

    /// <summary>No broker told the book, so it cannot be judged.</summary>
    public const string BookUnknown = "book-unknown";
    public const string OtherSideEmpty = "other-side-empty";

    /// <summary>Nobody offers at a price that it accepts.</summary>
    public const string LimitNotCrossed = "limit-not-crossed";

    /// <summary>Better-priced orders of its own side take what there is.</summary>
    public const string BehindOthers = "behind-others";

    /// <summary>It could match with the next slot.</summary>
    public const string NextSlot = "next-slot";

    /// <summary>Prices cross and units are there: attributes, terms or minimum fills exclude each other.</summary>
    public const string TermsExclude = "terms-exclude";
}
