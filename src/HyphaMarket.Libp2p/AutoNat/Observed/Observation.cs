using System.Net;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.AutoNat.Observed;

/// <summary>What one observer said last.</summary>
/// <param name="Observed">Our address as it sees it.</param>
/// <param name="Ip">Of <paramref name="Observed"/>.</param>
/// <param name="Shared">The connection ran over a listening port, so others may dial what was observed.</param>
/// <param name="At">When, since the core's start.</param>
internal sealed record Observation(Multiaddr Observed, IPAddress Ip, bool Shared, TimeSpan At);
