using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;

namespace HyphaMarket.Simulation.World;

/// <summary>Checks what <see cref="SimulatedKeys"/> made.</summary>
public sealed class SimulatedVerifier : ISignatureVerifier
{
    public bool Verify(ParticipantId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[SignedRecords.SignatureSize];
        SimulatedKeys.Fill(signer, message, expected);
        return signature.SequenceEqual(expected);
    }
}
