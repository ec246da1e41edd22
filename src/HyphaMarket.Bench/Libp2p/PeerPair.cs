using HyphaMarket.Bench.Peers;

namespace HyphaMarket.Bench.Libp2p;

/// <summary>The two processes of a sample.</summary>
/// <param name="Other">Starts one more process of our own library, whatever the pair is of.</param>
internal sealed record PeerPair(string Stack, PeerProcess Server, PeerProcess Client, Func<CancellationToken, Task<PeerProcess>> Other);
