using HyphaMarket.Libp2p.Identity;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Libp2p.Discovery.Mdns;

public sealed partial class MdnsService
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Peer} is on the local network with {Addresses} addresses")]
    private partial void LogFound(PeerId peer, int addresses);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Multicast DNS stumbled and goes on")]
    private partial void LogFailure(Exception exception);
}
