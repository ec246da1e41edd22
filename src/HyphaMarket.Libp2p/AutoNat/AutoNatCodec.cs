using Google.Protobuf;
using HyphaMarket.Libp2p.AutoNat.Messages;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.AutoNat;

/// <summary>AutoNAT v2 messages to and from bytes. What a peer sends is either understood or an <see cref="InvalidDataException"/>.</summary>
internal static class AutoNatCodec
{
    public static Message Request(ulong nonce, IEnumerable<Multiaddr> addresses)
    {
        var request = new DialRequest { Nonce = nonce };
        request.Addrs.AddRange(addresses.Select(address => ByteString.CopyFrom(address.Bytes.Span)));
        return new Message { DialRequest = request };
    }

    public static Message DataRequest(int index, int bytes) => new() { DialDataRequest = new DialDataRequest { AddrIdx = (uint)index, NumBytes = (ulong)bytes } };

    public static Message Data(ByteString data) => new() { DialDataResponse = new DialDataResponse { Data = data } };

    public static Message Response(DialResponse.Types.ResponseStatus status) => new() { DialResponse = new DialResponse { Status = status } };

    public static Message Response(int index, DialStatus outcome) => new()
    {
        DialResponse = new DialResponse { Status = DialResponse.Types.ResponseStatus.Ok, AddrIdx = (uint)index, DialStatus = outcome },
    };

    /// <exception cref="InvalidDataException">It is no message, or none of the kinds known here.</exception>
    public static Message Read(byte[]? bytes)
    {
        var message = Parse(Message.Parser, bytes);
        return message.MsgCase == Message.MsgOneofCase.None ? throw new InvalidDataException("An AutoNAT message is of no known kind.") : message;
    }

    /// <exception cref="InvalidDataException">It is no dial-back.</exception>
    public static ulong ReadDialBack(byte[]? bytes) => Parse(DialBack.Parser, bytes).Nonce;

    /// <exception cref="InvalidDataException">It is no answer to a dial-back, or not the one known here.</exception>
    public static void ReadDialBackResponse(byte[]? bytes)
    {
        if (Parse(DialBackResponse.Parser, bytes).Status != DialBackResponse.Types.DialBackStatus.Ok) throw new InvalidDataException("A dial-back was answered with an unknown status.");
    }

    /// <summary>The addresses of a request in their places; null stands for one that is not known here.</summary>
    public static List<Multiaddr?> Addresses(DialRequest request) =>
        [.. request.Addrs.Take(AutoNatProtocol.MaxAddresses).Select(bytes => Multiaddr.TryFromBytes(bytes.Span, out var address) ? address : null)];

    private static T Parse<T>(MessageParser<T> parser, byte[]? bytes)
        where T : IMessage<T>
    {
        if (bytes is null) throw new InvalidDataException("The stream ended where an AutoNAT message was due.");
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new InvalidDataException("An AutoNAT message is malformed.", exception);
        }
    }
}
