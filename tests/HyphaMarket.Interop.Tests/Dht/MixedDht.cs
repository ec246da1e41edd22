using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;

namespace HyphaMarket.Interop.Tests.Dht;

/// <summary>
/// One DHT of .NET and js nodes in equal number, joined in a ring that alternates them, so that every connection is between the two kinds
/// and each kind dials half of them. Nobody knows more than its two neighbours at first: all else must be learnt by lookups.
/// </summary>
internal sealed class MixedDht : IAsyncDisposable
{
    private readonly List<IDhtNode> _nodes = [];

    public IReadOnlyList<IDhtNode> Nodes => _nodes;

    public IEnumerable<PeerId> Ids => _nodes.Select(node => node.Id);

    public static async Task<MixedDht> StartAsync(int ofEachKind, CancellationToken cancellationToken)
    {
        var dht = new MixedDht();
        try
        {
            for (var index = 0; index < ofEachKind; index++)
            {
                dht._nodes.Add(await NetDhtNode.StartAsync());
                dht._nodes.Add(await JsDhtNode.StartAsync());
            }
            for (var index = 0; index < dht._nodes.Count; index++)
            {
                await dht._nodes[index].DialAsync(dht._nodes[(index + 1) % dht._nodes.Count], cancellationToken);
            }
            foreach (var node in dht._nodes)
            {
                await Eventually.HoldsAsync($"{node} has both neighbours in its table", node.TableSizeAsync, size => size >= 2);
            }
            return dht;
        }
        catch
        {
            await dht.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }
}
