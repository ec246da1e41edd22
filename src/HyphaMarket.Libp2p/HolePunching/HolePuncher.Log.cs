using HyphaMarket.Libp2p.Identity;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Libp2p.HolePunching;

public sealed partial class HolePuncher
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "The upgrade of the relayed connection with {Peer} ended: {Outcome} after {Attempts} attempts ({Detail}).")]
    private partial void LogCompleted(PeerId peer, HolePunchOutcome outcome, int attempts, string detail);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A direct dial of {Peer} failed: {Reason}")]
    private partial void LogDialFailed(PeerId peer, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Hole punching failed in the background.")]
    private partial void LogBackgroundFailure(Exception exception);
}
