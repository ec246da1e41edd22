using HyphaMarket.Libp2p.Identity;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Libp2p.Relay.Client;

public sealed partial class RelayClient
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The relay {Relay} reserves a place for us until {Expires:u}")]
    private partial void LogReserved(PeerId relay, DateTimeOffset expires);

    [LoggerMessage(Level = LogLevel.Debug, Message = "No reservation with {Relay}: {Reason}")]
    private partial void LogFailed(PeerId relay, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The connection with the relay {Relay} ended, and the reservation with it")]
    private partial void LogLost(PeerId relay);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Relay} wanted to hand us a circuit: {Status}")]
    private partial void LogStopRefused(PeerId relay, RelayStatus status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The relay {Relay} said that a circuit comes from {Told}, but it came from {Proved}")]
    private partial void LogFalseSource(PeerId relay, PeerId told, PeerId proved);

    [LoggerMessage(Level = LogLevel.Error, Message = "A task of the relay client failed")]
    private partial void LogBackgroundFailure(Exception exception);
}
