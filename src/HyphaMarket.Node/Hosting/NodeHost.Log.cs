using Microsoft.Extensions.Logging;

using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Hosting;

public sealed partial class NodeHost
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Starting peer {Peer} from {DataDirectory} in network {Network} ({NetworkId}) as {Roles}.")]
    private static partial void LogStarting(ILogger logger, string peer, string dataDirectory, string network, string networkId, NodeRoles roles);

    [LoggerMessage(Level = LogLevel.Information, Message = "Started; the local API listens on {Socket}.")]
    private static partial void LogStarted(ILogger logger, string socket);

    [LoggerMessage(Level = LogLevel.Information, Message = "The local API and the market page are at {Address} too, for who has the token in {TokenFile}.")]
    private static partial void LogPort(ILogger logger, Uri address, string tokenFile);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopped.")]
    private static partial void LogStopped(ILogger logger);
}
