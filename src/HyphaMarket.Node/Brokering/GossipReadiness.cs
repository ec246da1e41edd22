using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Node.Brokering;

/// <summary>A broker that gossips with none of its fellows hears of offers late.</summary>
internal sealed class GossipReadiness(BrokerService brokering) : IReadinessCheck
{
    public string Name => "gossip";

    public bool IsOfTheMarket => true;

    public string? Fault => brokering.Rooms.FirstOrDefault(room => room.IsAloneInMesh) is { } room
        ? $"No fellow broker of {room.Name} is in this node's gossip mesh. See whether they can be reached: `hypha-market broker ls {room.Name}`."
        : null;
}
