using HyphaMarket.Market.Ids;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>How near a node is to a market: the XOR of SHA-256(market id bytes) and SHA-256(peer id bytes), as in Kademlia.</summary>
public static class BrokerDistance
{
    public static Hash256 Of(MarketId market, ParticipantId peer) => Hash256.Of(market.ToArray()).Xor(Hash256.Of(peer.Span));
}
