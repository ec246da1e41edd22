using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire;

/// <summary>The text before every hashed or signed body, so that bytes of one kind can never pass for another.</summary>
public static class DomainTags
{
    /// <summary>The tag of a signed record.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such kind.</exception>
    public static ReadOnlySpan<byte> Of(RecordKind kind) => kind switch
    {
        RecordKind.Offer => "hypha-market/offer/v1"u8,
        RecordKind.Cancel => "hypha-market/cancel/v1"u8,
        RecordKind.Proposal => "hypha-market/proposal/v1"u8,
        RecordKind.Vote => "hypha-market/result/v1"u8,
        RecordKind.Certificate => "hypha-market/certificate/v1"u8,
        RecordKind.Accepted => "hypha-market/accepted/v1"u8,
        RecordKind.Activated => "hypha-market/activated/v1"u8,
        RecordKind.Settled => "hypha-market/settled/v1"u8,
        RecordKind.Released => "hypha-market/released/v1"u8,
        RecordKind.Evidence => "hypha-market/evidence/v1"u8,
        RecordKind.Epoch => "hypha-market/epoch/v1"u8,
        RecordKind.Quote => "hypha-market/quote/v1"u8,
        RecordKind.Receipt => "hypha-market/receipt/v1"u8,
        RecordKind.Renewal => "hypha-market/renewal/v1"u8,
        RecordKind.Usage => "hypha-market/usage/v1"u8,
        RecordKind.LeaseEnd => "hypha-market/lease-end/v1"u8,
        RecordKind.MachineReport => "hypha-market/machine-report/v1"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no record of this kind."),
    };

    /// <summary>Whether a record of this kind exists; a peer may send any number.</summary>
    public static bool IsKnown(RecordKind kind) => kind is > RecordKind.Unspecified and <= RecordKind.MachineReport;

    /// <summary>The tag of a bundle's body.</summary>
    public static ReadOnlySpan<byte> Bundle => "hypha-market/bundle/v1"u8;

    /// <summary>The tag under which a member prepares a broker set.</summary>
    public static ReadOnlySpan<byte> EpochPrepare => "hypha-market/epoch-prepare/v1"u8;

    /// <summary>The tag under which a member commits to a broker set.</summary>
    public static ReadOnlySpan<byte> EpochCommit => "hypha-market/epoch-commit/v1"u8;

    /// <summary>The tag of a match id.</summary>
    public static ReadOnlySpan<byte> Match => "hypha-market/match/v1"u8;
}
