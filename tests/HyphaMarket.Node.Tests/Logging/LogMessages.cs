using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Tests.Logging;

internal static partial class LogMessages
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Whisper {Number}.")]
    public static partial void Whisper(ILogger logger, int number);

    [LoggerMessage(Level = LogLevel.Error, Message = "Shout {Number}.")]
    public static partial void Shout(ILogger logger, int number);

    [LoggerMessage(Level = LogLevel.Error, Message = "A peer says: {Words}")]
    public static partial void Repeat(ILogger logger, string words);

    [LoggerMessage(Level = LogLevel.Error, Message = "It failed.")]
    public static partial void Fail(ILogger logger, Exception exception);
}
