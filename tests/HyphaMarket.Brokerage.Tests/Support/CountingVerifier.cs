using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Tests.Support;

/// <summary>Counts how many signatures were checked: the dearest step of admission.</summary>
internal sealed class CountingVerifier : ISignatureVerifier
{
    private readonly TestVerifier _verifier = new();

    public int Checks { get; private set; }

    public bool Verify(ParticipantId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Checks++;
        return _verifier.Verify(signer, message, signature);
    }
}
