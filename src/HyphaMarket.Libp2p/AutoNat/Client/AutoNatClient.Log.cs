using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Libp2p.AutoNat.Client;

public sealed partial class AutoNatClient
{
    [LoggerMessage(Level = LogLevel.Information, Message = "This node is {Reachability}.")]
    private partial void LogReachability(Reachability reachability);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Server} was asked about {Address}: {Outcome}.")]
    private partial void LogAsked(PeerId server, Multiaddr address, ProbeOutcome outcome);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Server} could not be asked: {Reason}")]
    private partial void LogAskFailed(PeerId server, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A dial-back of {Peer} was discarded: its nonce is not awaited, or its connection proves nothing.")]
    private partial void LogDialBackDiscarded(PeerId peer);

    [LoggerMessage(Level = LogLevel.Error, Message = "AutoNAT failed in the background.")]
    private partial void LogBackgroundFailure(Exception exception);
}
