using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace HyphaMarket.Wire;

/// <summary>Parses protobuf from strangers: false instead of an exception.</summary>
public static class StrictParser
{
    public static bool TryParse<T>(MessageParser<T> parser, ByteString bytes, [NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>
    {
        ArgumentNullException.ThrowIfNull(parser);
        try
        {
            message = parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            message = null;
            return false;
        }
    }

    public static bool TryParse<T>(MessageParser<T> parser, ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out T? message)
        where T : class, IMessage<T> => TryParse(parser, UnsafeByteOperations.UnsafeWrap(bytes), out message);
}
