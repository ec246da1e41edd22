using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>Who this node is in which network, and how it checks the others.</summary>
public sealed record SettlementKeys(NetworkId Network, ISigner Signer, ISignatureVerifier Verifier)
{
    public ParticipantId Me => Signer.Id;
}
