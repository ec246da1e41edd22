using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Interop.Tests.Gossip;

/// <summary>A member run by js-libp2p.</summary>
internal sealed class JsGossipNode : IGossipNode
{
    private readonly JsPeer _peer;

    private JsGossipNode(JsPeer peer) => _peer = peer;

    public PeerId Id => PeerId.Parse(_peer.Id);

    public string Address => _peer.Address;

    public IReadOnlyList<DeliveredMessage> Delivered =>
        [.. _peer.Messages.Select(message => new DeliveredMessage(message.DataHex, message.From is null ? default : PeerId.Parse(message.From)))];

    public static async Task<JsGossipNode> StartAsync(bool signed = true, bool outsideMesh = false) =>
        new(await JsPeer.StartAsync(new JsPeerOptions().With("gossip", new { outsideMesh, signatures = signed ? "StrictSign" : "StrictNoSign" })));

    /// <summary>The protocol that it speaks to another member, and how many messages that one said lately it does not want.</summary>
    public Task<(string? Protocol, int Refused)> PeerAsync(IGossipNode other) => _peer.GossipPeerAsync(other.Id.ToString());

    /// <summary>Waits until its heart has beaten so often from now on.</summary>
    public Task HeartbeatsAsync(int count) => _peer.HeartbeatsAsync(count);

    public Task PingAsync(IGossipNode other) => _peer.PingAsync(other.Id.ToString());

    public Task DialAsync(IGossipNode other, CancellationToken cancellationToken) => _peer.DialAsync(other.Address);

    public Task SubscribeAsync(string topic) => _peer.SubscribeAsync(topic);

    public async Task<int> MembersAsync(string topic) => (await _peer.TopicPeersAsync(topic)).Subscribers.Count;

    public async Task<IReadOnlyList<PeerId>> MeshAsync(string topic) => [.. (await _peer.TopicPeersAsync(topic)).Mesh.Select(PeerId.Parse)];

    public Task PublishAsync(string topic, byte[] data, CancellationToken cancellationToken) => _peer.PublishAsync(topic, data);

    public ValueTask DisposeAsync() => _peer.DisposeAsync();

    public override string ToString() => $"js {_peer.Id}";
}
