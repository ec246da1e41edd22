using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Libp2p.Hosting;

public sealed partial class Host
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Peer} listens on {Addresses}")]
    private partial void LogStarted(PeerId peer, string addresses);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Connected to {Peer} ({Direction}) at {Address}")]
    private partial void LogConnected(PeerId peer, ConnectionDirection direction, Multiaddr address);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The connection with {Peer} at {Address} ended: {Reason}")]
    private partial void LogDisconnected(PeerId peer, Multiaddr address, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "An inbound connection from {Address} failed: {Reason}")]
    private partial void LogInboundFailed(Multiaddr address, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "An inbound connection of {Peer} from {Address} was refused: {Refusal}")]
    private partial void LogInboundRefused(PeerId peer, Multiaddr address, ConnectionRefusal refusal);

    [LoggerMessage(Level = LogLevel.Debug, Message = "An inbound connection from {Address} was closed: too many are being upgraded, or it is denied")]
    private partial void LogPendingRefused(Multiaddr address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An inbound connection could not be accepted")]
    private partial void LogAcceptFailure(Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Peer} could not be reached at {Count} addresses")]
    private partial void LogDialFailed(PeerId peer, int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A spare connection with {Peer} at {Address} is closed")]
    private partial void LogDuplicateClosed(PeerId peer, Multiaddr address);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The connection with {Peer} at {Address} (value {Value}) gives way to others")]
    private partial void LogTrimmed(PeerId peer, Multiaddr address, double value);

    [LoggerMessage(Level = LogLevel.Information, Message = "The connection with {Peer} at {Address} is closed: it is denied now")]
    private partial void LogDenied(PeerId peer, Multiaddr address);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A stream to {Peer} is opened anew: {Reason}")]
    private partial void LogStreamRetried(PeerId peer, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A stream of {Peer} for {Protocol} was refused: too many are being served")]
    private partial void LogStreamRefused(PeerId peer, string protocol);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A stream of {Peer} for {Protocol} was refused: its connection is limited")]
    private partial void LogStreamLimited(PeerId peer, string protocol);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The limited connection with {Peer} at {Address} has lived as long as it may")]
    private partial void LogLimitReached(PeerId peer, Multiaddr address);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A stream of {Peer} for {Protocol} failed: {Reason}")]
    private partial void LogStreamFailed(PeerId peer, string protocol, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The handler of {Protocol} failed for {Peer}")]
    private partial void LogHandlerFailure(Exception exception, PeerId peer, string protocol);

    [LoggerMessage(Level = LogLevel.Error, Message = "A background task of the host failed")]
    private partial void LogBackgroundFailure(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A subscriber to {Kind} failed for {Peer}")]
    private partial void LogSubscriberFailure(Exception exception, HostEventKind kind, PeerId peer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Peer} did not close within {Timeout}")]
    private partial void LogSlowClose(PeerId peer, TimeSpan timeout);
}
