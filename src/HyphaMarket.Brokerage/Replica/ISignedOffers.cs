using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Replica;

/// <summary>Signed offers as they are kept for the market: a replica that had a table of them too would look each up twice.</summary>
public interface ISignedOffers
{
    /// <summary>How many there are.</summary>
    int SignedCount { get; }

    /// <summary>The signed offer of this id, which expires with its last slot; null where it is not here.</summary>
    VerifiedRecord? FindSigned(RecordId id);
}
