using System.Collections.Frozen;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>The stable codes of a <c>SettleRefusal</c>: nothing was signed.</summary>
public static class SettleRefusalCodes
{
    /// <summary>No quorum of an accepted broker set certified this, or what it certified breaks a signed offer.</summary>
    public const string BadCertificate = "bad-certificate";

    /// <summary>The offer named is not one of mine.</summary>
    public const string UnknownOffer = "unknown-offer";

    /// <summary>I remember no such match: claim it first.</summary>
    public const string UnknownMatch = "unknown-match";

    /// <summary>You are not who this is about.</summary>
    public const string NotAParty = "not-a-party";

    /// <summary>After the activation deadline.</summary>
    public const string TooLate = "too-late";
    public const string WrongNetwork = "wrong-network";
    public const string Malformed = "malformed";
    public const string BadSignature = "bad-signature";

    /// <summary>What was signed is not what was agreed.</summary>
    public const string WrongTerms = "wrong-terms";

    /// <summary>Not now: ask again.</summary>
    public const string Busy = "busy";

    /// <summary>This node lost part of its journal and promises nothing until what it may have forgotten has ended. Ask again.</summary>
    public const string Recovering = "recovering";
    public const string UnknownLease = "unknown-lease";
    public const string LeaseEnded = "lease-ended";

    /// <summary>The other party does not want a longer lease, or cannot keep the units.</summary>
    public const string NotRenewed = "not-renewed";

    /// <summary>The parties count differently.</summary>
    public const string UsageDisputed = "usage-disputed";

    /// <summary>The machine could not be looked at now: ask again.</summary>
    public const string NotMeasured = "not-measured";

    /// <summary>Never on the wire: a refusal with a code that this node does not know.</summary>
    public const string Refused = "refused";

    private static readonly FrozenSet<string> s_known = FrozenSet.ToFrozenSet(
    [
        BadCertificate, UnknownOffer, UnknownMatch, NotAParty, TooLate, WrongNetwork, Malformed, BadSignature, WrongTerms, Busy, Recovering, UnknownLease, LeaseEnded, NotRenewed, UsageDisputed, NotMeasured,
    ], StringComparer.Ordinal);

    /// <summary>A peer's code as it may be shown and counted: one of these, or <see cref="Refused"/>.</summary>
    public static string Known(string code) => s_known.Contains(code) ? code : Refused;
}
