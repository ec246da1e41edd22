using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Interop.Tests.Dht;

/// <summary>What a test asks of a node of the DHT, whichever implementation runs it.</summary>
internal interface IDhtNode : IAsyncDisposable
{
    PeerId Id { get; }

    /// <summary>The address with the trailing <c>/p2p</c>.</summary>
    string Address { get; }

    Task DialAsync(IDhtNode other, CancellationToken cancellationToken);

    /// <summary>How many peers the routing table holds.</summary>
    Task<int> TableSizeAsync();

    /// <summary>The peers closest to the SHA-256 of the key, nearest first, the node itself not among them.</summary>
    Task<IReadOnlyList<PeerId>> ClosestPeersAsync(byte[] key, CancellationToken cancellationToken);

    /// <summary>Announces the node as a provider of a multihash; gives how many peers took the record.</summary>
    Task<int> ProvideAsync(byte[] multihash, CancellationToken cancellationToken);

    Task<IReadOnlyList<PeerId>> FindProvidersAsync(byte[] multihash, CancellationToken cancellationToken);

    /// <summary>Stores a value under a key of the form <c>/hypha/...</c>; gives how many peers took it.</summary>
    Task<int> PutAsync(string key, byte[] value, CancellationToken cancellationToken);

    /// <summary>The value under a key; null where there is none.</summary>
    Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken);
}
