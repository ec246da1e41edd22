using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Libp2p.Relay.Server;

public sealed partial class RelayServer
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Peer} at {Address} asked for a reservation: {Status}")]
    private partial void LogReserve(PeerId peer, Multiaddr address, RelayStatus status);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Source} may not be joined with {Target}: {Status}")]
    private partial void LogCircuitRefused(PeerId source, PeerId target, RelayStatus status);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Target} did not take a circuit from {Source}: {Reason}")]
    private partial void LogStopFailed(PeerId target, PeerId source, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The circuit from {Source} to {Target} ended ({End}) after {Bytes} bytes")]
    private partial void LogCircuitEnded(PeerId source, PeerId target, CircuitEnd end, long bytes);
}
