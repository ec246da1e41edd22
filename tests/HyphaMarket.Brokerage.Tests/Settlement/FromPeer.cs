using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Brokerage.Tests.Settlement;

/// <summary>Whose authenticated stream a hand-made request comes over.</summary>
internal readonly record struct FromPeer(ParticipantId Id)
{
    public static implicit operator FromPeer(TestNode node) => new(node.Keys.Id);
    public static implicit operator FromPeer(FakeKeys keys) => new(keys.Id);
}
