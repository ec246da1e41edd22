using Google.Protobuf;
using HyphaMarket.Libp2p.HolePunching.Messages;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.HolePunching;

/// <summary>DCUtR messages to and from bytes.</summary>
internal static class HolePunchCodec
{
    /// <summary>Addresses read of one message; its size bounds them too.</summary>
    public const int MaxAddresses = 32;

    public static HolePunch Encode(HolePunchMessage message)
    {
        var encoded = new HolePunch { Type = message.Type == HolePunchMessageType.Connect ? HolePunch.Types.Type.Connect : HolePunch.Types.Type.Sync };
        encoded.ObsAddrs.AddRange(message.Addresses.Select(address => ByteString.CopyFrom(address.Bytes.Span)));
        return encoded;
    }

    /// <exception cref="InvalidDataException">The bytes are no message of a known type.</exception>
    public static HolePunchMessage Decode(byte[] bytes)
    {
        HolePunch message;
        try
        {
            message = HolePunch.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new InvalidDataException("A hole punching message is malformed.", exception);
        }
        var type = message.HasType
            ? message.Type switch
            {
                HolePunch.Types.Type.Connect => HolePunchMessageType.Connect,
                HolePunch.Types.Type.Sync => HolePunchMessageType.Sync,
                _ => throw new InvalidDataException($"A hole punching message is of the unknown type {(int)message.Type}."),
            }
            : throw new InvalidDataException("A hole punching message has no type.");
        var addresses = new List<Multiaddr>();
        foreach (var encoded in message.ObsAddrs.Take(MaxAddresses))
        {
            if (Multiaddr.TryFromBytes(encoded.Span, out var address)) addresses.Add(address);
        }
        return new HolePunchMessage(type, addresses);
    }
}
