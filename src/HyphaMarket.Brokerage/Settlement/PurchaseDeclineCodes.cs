namespace HyphaMarket.Brokerage.Settlement;

/// <summary>Why a buyer does not take up a fill; stable.</summary>
public static class PurchaseDeclineCodes
{
    public const string BadCertificate = "bad-certificate";
    public const string UnknownConfig = "unknown-config";

    /// <summary>The bid is not one of this node's.</summary>
    public const string NotMine = "not-mine";
    public const string OffersMissing = "offers-missing";
    public const string TooLate = "too-late";
    public const string Cancelled = "cancelled";

    /// <summary>The bid has no units left for it.</summary>
    public const string Overfilled = "overfilled";

    /// <summary>Another offer of the bid's group has filled.</summary>
    public const string Group = "group";

    /// <summary>It would cost more than the budget leaves.</summary>
    public const string Budget = "budget";

    /// <summary>This node lost part of its journal and promises nothing until what it may have forgotten has ended.</summary>
    public const string Recovering = "recovering";
    public const string Busy = "busy";
}
