namespace HyphaMarket.Brokerage.Proofs;

/// <summary>Why a proof is not believed.</summary>
/// <param name="Code">One of the constants; stable.</param>
/// <param name="Detail">One sentence for people.</param>
public sealed record ProofFault(string Code, string Detail)
{
    /// <summary>The file does not begin as a proof does.</summary>
    public const string NotAProof = "not-a-proof";

    /// <summary>The file is cut off, longer than it says, or changed: its checksum differs.</summary>
    public const string Damaged = "damaged";

    /// <summary>The bytes are no message of this version, or one written otherwise than this version writes it.</summary>
    public const string Malformed = "malformed";

    /// <summary>The network's parameters are missing or not canonical.</summary>
    public const string BadNetwork = "bad-network";

    /// <summary>A broker set is malformed, does not follow the one before, or lacks signatures.</summary>
    public const string BadBrokerSet = "bad-broker-set";

    /// <summary>No signatures lead from the broker sets that the reader trusts to the one that voted.</summary>
    public const string NotAnchored = "not-anchored";

    /// <summary>There is no certificate, only broker sets.</summary>
    public const string NoCertificate = "no-certificate";

    /// <summary>The votes or the fill's path do not hold.</summary>
    public const string BadCertificate = "bad-certificate";

    /// <summary>An offer is missing, of another match, or not signed by its owner.</summary>
    public const string BadOffer = "bad-offer";

    /// <summary>What was certified breaks an offer that its owner signed.</summary>
    public const string TermsBroken = "terms-broken";

    /// <summary>The input is not the one that was voted for, or breaks the rules of matching.</summary>
    public const string BadInput = "bad-input";

    /// <summary>The input gives another result than the one that was certified.</summary>
    public const string OtherResult = "other-result";
}
