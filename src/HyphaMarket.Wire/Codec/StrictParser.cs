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
            // Out of the bytes themselves: a stream over them would be an allocation for each of millions of small messages.
            message = parser.ParseFrom(bytes.Span);
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
