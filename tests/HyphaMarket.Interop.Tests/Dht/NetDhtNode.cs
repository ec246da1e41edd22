using System.Text;
using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Interop.Tests.Dht;

/// <summary>A node run by HyphaMarket.Libp2p in this process.</summary>
internal sealed class NetDhtNode : IDhtNode
{
    private readonly NetPeer _peer;
    private readonly KademliaDht _dht;

    private NetDhtNode(NetPeer peer, KademliaDht dht)
    {
        _peer = peer;
        _dht = dht;
    }

    public PeerId Id => _peer.Host.Id;

    public string Address => _peer.Address;

    public static async Task<NetDhtNode> StartAsync(bool client = false)
    {
        var peer = await NetPeer.StartAsync();
        var options = new KademliaOptions { Mode = client ? KademliaMode.Client : KademliaMode.Server, Validators = [new AnyValue()] };
        var dht = new KademliaDht(peer.Host, options);
        dht.Start();
        return new NetDhtNode(peer, dht);
    }

    public Task DialAsync(IDhtNode other, CancellationToken cancellationToken) =>
        _peer.Host.ConnectAsync(other.Id, [Multiaddr.Parse(other.Address).WithoutPeer()], cancellationToken);

    public Task<int> TableSizeAsync() => Task.FromResult(_dht.RoutingTableSize);

    public async Task<IReadOnlyList<PeerId>> ClosestPeersAsync(byte[] key, CancellationToken cancellationToken) =>
        [.. (await _dht.GetClosestPeersAsync(key, cancellationToken)).Select(found => found.Id)];

    public Task<int> ProvideAsync(byte[] multihash, CancellationToken cancellationToken) => _dht.ProvideAsync(multihash, cancellationToken);

    public async Task<IReadOnlyList<PeerId>> FindProvidersAsync(byte[] multihash, CancellationToken cancellationToken) =>
        [.. (await _dht.FindProvidersAsync(multihash, cancellationToken: cancellationToken)).Select(found => found.Id)];

    public Task<int> PutAsync(string key, byte[] value, CancellationToken cancellationToken) =>
        _dht.PutValueAsync(Encoding.UTF8.GetBytes(key), value, cancellationToken);

    public async Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) =>
        (await _dht.GetValueAsync(Encoding.UTF8.GetBytes(key), cancellationToken: cancellationToken))?.Value.ToArray();

    public async ValueTask DisposeAsync()
    {
        await _dht.DisposeAsync();
        await _peer.DisposeAsync();
    }

    public override string ToString() => $"net {_peer.Id}";
}
