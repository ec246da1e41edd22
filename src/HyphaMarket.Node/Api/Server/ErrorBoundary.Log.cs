using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Api.Server;

internal sealed partial class ErrorBoundary
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The request {Method} {Path} failed.")]
    private static partial void LogFailed(ILogger logger, string method, string path, Exception cause);
}
