namespace HyphaMarket.Bench.Peers;

/// <summary>One end of a measure, in a process of its own. The same commands, a <see cref="PeerLine"/> each, drive js-libp2p's peer.</summary>
/// <remarks>An implementation without a measure throws <see cref="NotSupportedException"/>. Addresses are what <see cref="StartAsync"/> of the other end gave.</remarks>
public interface IMeasuredPeer : IAsyncDisposable
{
    /// <summary>Listens on loopback.</summary>
    /// <returns>The address to give to the other end.</returns>
    Task<string> StartAsync();

    /// <summary>Connects, waits until identify has told the other end's protocols, and disconnects, again and again for so long.</summary>
    Task<Sample> HandshakesAsync(string address, TimeSpan duration);

    /// <summary>Sends bytes on one stream until the other end has confirmed the last one. Counts bytes.</summary>
    Task<Sample> BulkAsync(string address, long bytes);

    /// <summary>Requests of 200 bytes and answers of as many, each on a fresh stream, for so long.</summary>
    Task<Sample> RequestsAsync(string address, int concurrency, TimeSpan duration);

    /// <summary>Publishes signed messages of 1 KiB until the other end has delivered so many to its subscriber.</summary>
    Task<Sample> GossipAsync(string address, int messages);

    /// <summary>Opens connections from as many hosts of this process, and keeps them open.</summary>
    Task ConnectAsync(string address, int connections);

    /// <summary>Bytes allocated by this process since its start, on the managed heap.</summary>
    long AllocatedBytes { get; }
}
