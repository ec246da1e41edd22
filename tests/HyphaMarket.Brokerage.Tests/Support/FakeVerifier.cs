using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Tests.Support;

/// <summary>Checks the signatures of <see cref="FakeKeys"/>.</summary>
internal sealed class FakeVerifier : ISignatureVerifier
{
    public bool Verify(ParticipantId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        FakeKeys.SignatureOf(signer, message).AsSpan().SequenceEqual(signature);
}
