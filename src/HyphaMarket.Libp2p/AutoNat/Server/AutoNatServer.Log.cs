using HyphaMarket.Libp2p.AutoNat.Messages;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Libp2p.AutoNat.Server;

public sealed partial class AutoNatServer
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Peer} asked for a dial-back beyond a limit.")]
    private partial void LogRejected(PeerId peer);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Dialled {Address} for {Peer}: {Outcome}.")]
    private partial void LogDialled(PeerId peer, Multiaddr address, DialStatus outcome);
}
