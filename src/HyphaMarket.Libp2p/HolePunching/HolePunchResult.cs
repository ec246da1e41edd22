using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.HolePunching;

/// <summary>How one upgrade that this node led went.</summary>
/// <param name="Attempts">Times that both sides dialled.</param>
/// <param name="RoundTrip">Over the relay, as measured last; zero where nothing was measured.</param>
/// <param name="Failure">Why it failed, in words; null where it did not.</param>
public sealed record HolePunchResult(PeerId Peer, HolePunchOutcome Outcome, int Attempts, TimeSpan RoundTrip, string? Failure);
