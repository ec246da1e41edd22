using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace HyphaMarket.Wire;

/// <summary>Parses protobuf from strangers. Fields that nobody here knows are dropped: what is kept of a message must not be as large as its sender likes.</summary>
public static class StrictParser
{
    /// <summary>False instead of an exception.</summary>
    public static bool TryParse<T>(MessageParser<T> parser, ByteString bytes, [NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return TryParse(parser, bytes.Memory, out message);
    }

    /// <inheritdoc cref="TryParse{T}(MessageParser{T}, ByteString, out T)"/>
    public static bool TryParse<T>(MessageParser<T> parser, ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>
    {
        try
        {
            // Out of the bytes themselves: a stream over them would be an allocation for each of millions of small messages.
            message = Parse(parser, bytes.Span);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            message = null;
            return false;
        }
    }

    /// <summary>For a caller that has something to do with the exception.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is no such message.</exception>
    public static T Parse<T>(MessageParser<T> parser, ReadOnlySpan<byte> bytes)
        where T : class, IMessage<T>
    {
        ArgumentNullException.ThrowIfNull(parser);
        return (Dropping<T>.Parser ??= parser.WithDiscardUnknownFields(true)).ParseFrom(bytes);
    }

    /// <summary>The one parser of a message, made when the first one comes.</summary>
    private static class Dropping<T>
        where T : class, IMessage<T>
    {
        public static MessageParser<T>? Parser { get; set; }
    }
}
