using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
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

    [LoggerMessage(Level = LogLevel.Debug, Message = "The signed record of {Peer} was refused: {Fault}")]
    private partial void LogRecordRefused(PeerId peer, EnvelopeFault fault);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The signed record of {Peer} with number {Sequence} is older than one known, or differs from it")]
    private partial void LogRecordStale(PeerId peer, ulong sequence);
}
