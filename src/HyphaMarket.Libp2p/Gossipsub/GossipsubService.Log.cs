using HyphaMarket.Libp2p.Identity;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Libp2p.Gossipsub;

public sealed partial class GossipsubService
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Gossipsub caught an exception in its loop; the input that caused it is lost.")]
    private partial void LogLoopFault(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The handler of topic {Topic} threw; the message it was at is lost to it.")]
    private partial void LogHandlerFault(string topic, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message of topic {Topic} could not be judged, because its validator failed or took too long; it was not accepted.")]
    private partial void LogValidatorFault(string topic, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The gossipsub stream to {Peer} was lost: {Reason}")]
    private partial void LogStreamLost(PeerId peer, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Peer {Peer}, explicit or suggested by peer exchange, was not reached: {Reason}")]
    private partial void LogNotReached(PeerId peer, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Not every peer took our leave within {Timeout}; they will see the streams end.")]
    private partial void LogHastyLeave(TimeSpan timeout);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A gossipsub frame from {Peer} was refused: {Reason}")]
    private partial void LogRefusedFrame(PeerId peer, string reason);
}
