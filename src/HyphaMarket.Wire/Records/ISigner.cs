using HyphaMarket.Market.Ids;

namespace HyphaMarket.Wire;

/// <summary>A participant's key, as a core sees it. Deterministic: the same message gives the same signature.</summary>
public interface ISigner
{
    ParticipantId Id { get; }

    /// <summary>64 bytes over the message.</summary>
    byte[] Sign(ReadOnlySpan<byte> message);
}
