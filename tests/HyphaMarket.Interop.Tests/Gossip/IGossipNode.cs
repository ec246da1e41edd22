using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Interop.Tests.Gossip;

/// <summary>What a test asks of a member of a topic, whichever implementation runs it.</summary>
internal interface IGossipNode : IAsyncDisposable
{
    PeerId Id { get; }

    /// <summary>The address with the trailing <c>/p2p</c>.</summary>
    string Address { get; }

    Task DialAsync(IGossipNode other, CancellationToken cancellationToken);

    Task SubscribeAsync(string topic);

    /// <summary>How many peers this node knows to be members of the topic.</summary>
    Task<int> MembersAsync(string topic);

    /// <summary>The peers in this node's mesh of the topic.</summary>
    Task<IReadOnlyList<PeerId>> MeshAsync(string topic);

    Task PublishAsync(string topic, byte[] data, CancellationToken cancellationToken);

    /// <summary>What was delivered so far, in order: duplicates, if there were any, included.</summary>
    IReadOnlyList<DeliveredMessage> Delivered { get; }
}
