namespace HyphaMarket.Interop.Tests.Relay;

/// <summary>A node of either kind as a part of a relayed connection.</summary>
internal interface IRelayNode : IAsyncDisposable
{
    /// <summary>The peer id, base58btc.</summary>
    string Id { get; }

    /// <summary>The loopback address with the trailing <c>/p2p</c>.</summary>
    string Address { get; }

    Task DialAsync(string address, CancellationToken cancellationToken);

    /// <summary>Whether the connection with a peer is a limited one.</summary>
    Task<bool> IsLimitedAsync(string peerId);

    /// <summary>Sends random bytes over a relayed connection and fails unless exactly these come back.</summary>
    Task EchoAsync(string peerId, int size, CancellationToken cancellationToken);
}
