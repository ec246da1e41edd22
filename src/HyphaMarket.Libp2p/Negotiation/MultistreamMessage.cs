using System.Buffers;
using System.Text;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Negotiation;

/// <summary>The messages of multistream-select: a varint length, UTF-8 text, a newline that the length counts.</summary>
internal static class MultistreamMessage
{
    /// <summary>The first message of both sides.</summary>
    public const string Header = "/multistream/1.0.0";

    /// <summary>The answer to a protocol that is not spoken here.</summary>
    public const string NotAvailable = "na";

    /// <summary>The request for a list of protocols.</summary>
    public const string List = "ls";

    /// <summary>The longest message with its newline. Protocol ids in use stay below 100 bytes; other implementations draw the line here too.</summary>
    public const int MaxLength = 1024;

    /// <summary>Bytes of the longest length: two groups of seven bits reach 16,383.</summary>
    public const int MaxPrefixLength = 2;

    private const byte Newline = (byte)'\n';

    /// <summary>True for what can be sent as a protocol id.</summary>
    public static bool IsProtocolId(string protocol) =>
        !string.IsNullOrEmpty(protocol) && !protocol.Contains('\n') && Encoding.UTF8.GetByteCount(protocol) < MaxLength
        && protocol is not (Header or NotAvailable or List);

    /// <summary>The bytes of several messages in a row.</summary>
    public static byte[] Encode(params ReadOnlySpan<string> messages)
    {
        var size = 0;
        foreach (var message in messages)
        {
            var length = Encoding.UTF8.GetByteCount(message) + 1;
            size += Varint.GetLength((ulong)length) + length;
        }
        var bytes = new byte[size];
        var at = 0;
        foreach (var message in messages)
        {
            at += Varint.Write(bytes.AsSpan(at), (ulong)Encoding.UTF8.GetByteCount(message) + 1);
            at += Encoding.UTF8.GetBytes(message, bytes.AsSpan(at));
            bytes[at++] = Newline;
        }
        return bytes;
    }

    /// <summary>Reads the length of a message's body.</summary>
    /// <returns>False while bytes are missing.</returns>
    /// <exception cref="NegotiationException">The length is malformed, zero or above <see cref="MaxLength"/>.</exception>
    public static bool TryReadLength(ReadOnlySpan<byte> prefix, out int length)
    {
        length = 0;
        var status = Varint.TryRead(prefix, out var value, out _);
        if (status == OperationStatus.NeedMoreData && prefix.Length < MaxPrefixLength) return false;
        if (status != OperationStatus.Done || value is 0 or > MaxLength)
            throw new NegotiationException($"The peer sent a negotiation message without a length of 1 to {MaxLength}; it may not speak multistream-select.");
        length = (int)value;
        return true;
    }

    /// <summary>The text of a message's body.</summary>
    /// <exception cref="NegotiationException">The newline is missing.</exception>
    public static string Decode(ReadOnlySpan<byte> body) =>
        body[^1] != Newline ? throw new NegotiationException("The peer sent a negotiation message without its newline.")
        : body[..^1].SequenceEqual("/multistream/1.0.0"u8) ? Header : Encoding.UTF8.GetString(body[..^1]);
}
