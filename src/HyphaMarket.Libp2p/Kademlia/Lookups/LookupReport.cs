namespace HyphaMarket.Libp2p.Kademlia.Lookups;

/// <summary>What a lookup found and what it cost.</summary>
/// <param name="Outcome">How it ended; the peers are the k closest only where it converged.</param>
/// <param name="Peers">Peers that answered, nearest first, at most k.</param>
/// <param name="Requests">Requests sent.</param>
/// <param name="Failures">Requests that got no answer.</param>
/// <param name="Hops">The longest chain of answers that led to one of the peers; 1 where our own table named them all.</param>
/// <param name="PeersSeen">Different peers that were named.</param>
/// <param name="Duration">How long it took; zero from the core, which has no clock.</param>
public sealed record LookupReport(
    LookupOutcome Outcome, IReadOnlyList<PeerInfo> Peers, int Requests, int Failures, int Hops, int PeersSeen, TimeSpan Duration = default);
