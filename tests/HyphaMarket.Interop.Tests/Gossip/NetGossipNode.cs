using System.Collections.Concurrent;
using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Interop.Tests.Gossip;

/// <summary>A member run by HyphaMarket.Libp2p in this process.</summary>
internal sealed class NetGossipNode : IGossipNode
{
    private readonly NetPeer _peer;
    private readonly GossipsubService _gossip;
    private readonly TopicOptions _topicOptions;
    private readonly ConcurrentQueue<DeliveredMessage> _delivered = new();

    private NetGossipNode(NetPeer peer, GossipsubService gossip, bool signed, MessageValidator? validator)
    {
        _peer = peer;
        _gossip = gossip;
        // The names that js gives to messages by default, so that IHAVE, IWANT and IDONTWANT of one kind mean something to the other.
        _topicOptions = signed
            ? new TopicOptions { SignaturePolicy = SignaturePolicy.StrictSign, MessageId = MessageIds.KeyAndSequence, Validator = validator }
            : new TopicOptions { SignaturePolicy = SignaturePolicy.StrictNoSign, MessageId = MessageIds.Content, Validator = validator };
    }

    public PeerId Id => _peer.Host.Id;

    public string Address => _peer.Address;

    public IReadOnlyList<DeliveredMessage> Delivered => [.. _delivered];

    public GossipsubCounters Counters => _gossip.Counters;

    /// <param name="outsideMesh">Refuse every place in a mesh, so that messages come by gossip (IHAVE, IWANT) alone.</param>
    /// <param name="validator">Judges what others publish; null accepts all.</param>
    public static async Task<NetGossipNode> StartAsync(bool signed = true, bool outsideMesh = false, MessageValidator? validator = null)
    {
        var peer = await NetPeer.StartAsync();
        var options = outsideMesh
            ? new GossipsubOptions { Degree = 0, DegreeLow = 0, DegreeHigh = 0, DegreeOutbound = 0, DegreeScore = 0 }
            : new GossipsubOptions();
        return new NetGossipNode(peer, GossipsubService.Start(peer.Host, options), signed, validator);
    }

    public bool IsConnectedWith(IGossipNode other) => _peer.Host.IsConnected(other.Id);

    public Task DialAsync(IGossipNode other, CancellationToken cancellationToken) =>
        _peer.Host.ConnectAsync(other.Id, [Multiaddr.Parse(other.Address).WithoutPeer()], cancellationToken);

    public Task SubscribeAsync(string topic) => _gossip.SubscribeAsync(topic, _topicOptions, (_, message, _) =>
    {
        _delivered.Enqueue(new DeliveredMessage(Convert.ToHexStringLower(message.Data.Span), message.Author));
        return ValueTask.CompletedTask;
    });

    public async Task<int> MembersAsync(string topic) => (await _gossip.PeersAsync(topic)).Count;

    public Task<IReadOnlyList<PeerId>> MeshAsync(string topic) => _gossip.MeshPeersAsync(topic);

    public async Task PublishAsync(string topic, byte[] data, CancellationToken cancellationToken)
    {
        var result = await _gossip.PublishAsync(topic, data, cancellationToken: cancellationToken);
        Assert.That(result.Peers, Is.GreaterThan(0), "a published message goes to at least one member");
    }

    public async ValueTask DisposeAsync()
    {
        await _gossip.DisposeAsync();
        await _peer.DisposeAsync();
    }

    public override string ToString() => $"net {_peer.Id}";
}
