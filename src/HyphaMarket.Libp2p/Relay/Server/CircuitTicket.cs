using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Relay.Server;

/// <summary>A circuit's place among those counted; given back once with <see cref="RelayServerCore.CloseCircuit"/>.</summary>
internal sealed record CircuitTicket(PeerId Source, PeerId Target, IpGroup SourceIp);
