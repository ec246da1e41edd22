using Google.Protobuf;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Identify;

/// <summary>Identify messages to and from bytes, within bounds.</summary>
internal static class IdentifyCodec
{
    /// <summary>All messages of one exchange together. go-libp2p sends at most 8 KiB in a message and splits longer ones.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>The longest single message that go-libp2p and js-libp2p read.</summary>
    public const int MaxMessageBytes = 8 * 1024;

    /// <summary>Addresses taken from a message; the rest are ignored. The peer store keeps fewer.</summary>
    public const int MaxAddresses = 64;

    /// <summary>Protocols taken from a message; the rest are ignored.</summary>
    public const int MaxProtocols = 256;

    /// <summary>Longer texts are ignored: versions and protocol ids are short.</summary>
    public const int MaxText = 256;

    /// <summary>The message; or two where one would be too long for other implementations, with the signed record in the second.</summary>
    public static IReadOnlyList<Messages.Identify> Encode(IdentifyInfo info)
    {
        var message = new Messages.Identify();
        if (info.PublicKey is { } key) message.PublicKey = ByteString.CopyFrom(key.Protobuf.Span);
        if (info.ProtocolVersion is { } protocolVersion) message.ProtocolVersion = protocolVersion;
        if (info.AgentVersion is { } agentVersion) message.AgentVersion = agentVersion;
        if (info.ObservedAddress is { } observed) message.ObservedAddr = ByteString.CopyFrom(observed.Bytes.Span);
        message.ListenAddrs.AddRange((info.ListenAddresses ?? []).Select(address => ByteString.CopyFrom(address.Bytes.Span)));
        message.Protocols.AddRange(info.Protocols ?? []);
        if (info.SignedRecord is null) return [message];
        var record = ByteString.CopyFrom(info.SignedRecord.Bytes.Span);
        if (message.CalculateSize() + record.Length + 4 > MaxMessageBytes) return [message, new Messages.Identify { SignedPeerRecord = record }];
        message.SignedPeerRecord = record;
        return [message];
    }

    /// <summary>Reads a message (or several, one after the other: fields that repeat are joined, others replaced).</summary>
    /// <returns>Null where the message is malformed or its key is not the peer's.</returns>
    public static IdentifyInfo? Decode(PeerId peer, IEnumerable<byte[]> parts)
    {
        var message = new Messages.Identify();
        try
        {
            foreach (var part in parts) message.MergeFrom(part);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
        PublicKey? key = null;
        if (message.HasPublicKey && (!PublicKey.TryFromProtobuf(message.PublicKey.Span, out key) || key.PeerId != peer)) return null;
        var (record, fault) = message.HasSignedPeerRecord ? Record(peer, message.SignedPeerRecord) : (null, EnvelopeFault.None);
        // "It MUST use the data contained within it and ignore duplicated fields": beside a record, even a refused one, the plain addresses count for nothing.
        // A record of a type that we do not know is as if there were none.
        var plain = message.ListenAddrs.Count > 0 && record is null && fault is EnvelopeFault.None or EnvelopeFault.WrongType or EnvelopeFault.UnsupportedKey;
        return new IdentifyInfo(
            key,
            message.HasProtocolVersion ? Text(message.ProtocolVersion) : null,
            message.HasAgentVersion ? Text(message.AgentVersion) : null,
            plain ? Addresses(peer, message.ListenAddrs) : null,
            message.HasObservedAddr && Multiaddr.TryFromBytes(message.ObservedAddr.Span, out var observed) ? observed : null,
            message.Protocols.Count == 0 ? null : [.. message.Protocols.Where(protocol => protocol.Length is > 0 and <= MaxText).Take(MaxProtocols)],
            record,
            fault);
    }

    private static (SignedPeerRecord? Record, EnvelopeFault Fault) Record(PeerId peer, ByteString bytes)
    {
        if (!SignedPeerRecord.TryOpen(bytes.Span, out var record, out var fault)) return (null, fault);
        return record.Peer == peer ? (record, EnvelopeFault.None) : (null, EnvelopeFault.WrongPeer);
    }

    private static List<Multiaddr> Addresses(PeerId peer, IEnumerable<ByteString> encoded)
    {
        var addresses = new List<Multiaddr>();
        foreach (var bytes in encoded.Take(MaxAddresses))
        {
            // One address of a kind we do not know must not spoil the others.
            if (!Multiaddr.TryFromBytes(bytes.Span, out var address)) continue;
            if (address.TryGetPeer(out var named) && named != peer) continue;
            addresses.Add(address.WithoutPeer());
        }
        return addresses;
    }

    private static string? Text(string text) => text.Length <= MaxText ? text : null;
}
