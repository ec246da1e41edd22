using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Interop.Tests.Dht;

/// <summary>A node run by js-libp2p.</summary>
internal sealed class JsDhtNode : IDhtNode
{
    private readonly JsPeer _peer;

    private JsDhtNode(JsPeer peer) => _peer = peer;

    public PeerId Id => PeerId.Parse(_peer.Id);

    public string Address => _peer.Address;

    public static async Task<JsDhtNode> StartAsync(bool client = false) =>
        new(await JsPeer.StartAsync(new JsPeerOptions().With("dht", new { client })));

    public Task DialAsync(IDhtNode other, CancellationToken cancellationToken) => _peer.DialAsync(other.Address);

    public Task<int> TableSizeAsync() => _peer.RoutingTableSizeAsync();

    public async Task<IReadOnlyList<PeerId>> ClosestPeersAsync(byte[] key, CancellationToken cancellationToken) =>
        [.. (await _peer.ClosestPeersAsync(key)).Select(PeerId.Parse)];

    public async Task<int> ProvideAsync(byte[] multihash, CancellationToken cancellationToken) => (await _peer.ProvideAsync(multihash)).Count;

    public async Task<IReadOnlyList<PeerId>> FindProvidersAsync(byte[] multihash, CancellationToken cancellationToken) =>
        [.. (await _peer.FindProvidersAsync(multihash)).Select(PeerId.Parse)];

    public async Task<int> PutAsync(string key, byte[] value, CancellationToken cancellationToken) => (await _peer.PutAsync(key, value)).Count;

    public async Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        // The last value is the one that js settled on.
        var values = await _peer.GetAsync(key);
        return values.Count == 0 ? null : Convert.FromHexString(values[^1]);
    }

    public ValueTask DisposeAsync() => _peer.DisposeAsync();

    public override string ToString() => $"js {_peer.Id}";
}
