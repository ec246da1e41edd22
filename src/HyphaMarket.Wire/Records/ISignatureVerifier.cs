using HyphaMarket.Market.Ids;

namespace HyphaMarket.Wire;

/// <summary>Checks signatures by participants. Every honest node gives the same verdict on the same bytes.</summary>
public interface ISignatureVerifier
{
    /// <summary>False for a wrong signature, a wrong length, or an id that holds no key.</summary>
    bool Verify(ParticipantId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
}
