using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Storage;

public sealed partial class Journal
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The journal {Path} is damaged at entry {Id}: {What}")]
    private static partial void LogDamage(ILogger logger, string path, long id, string what);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The journal cannot be written. Nothing more is acknowledged until the node is started again; make room on the disk or mend it.")]
    private static partial void LogFailed(ILogger logger, Exception cause);
}
