using HyphaMarket.Libp2p.Identity;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Libp2p.Identify;

internal sealed partial class IdentifyService
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Peer} could not be identified: {Reason}")]
    private partial void LogIdentifyFailed(PeerId peer, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Peer} could not be told of a change: {Reason}")]
    private partial void LogPushFailed(PeerId peer, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Peers could not be told of a change")]
    private partial void LogPushRoundFailed(Exception exception);
}
