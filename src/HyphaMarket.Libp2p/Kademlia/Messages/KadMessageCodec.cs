using Google.Protobuf;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Protobuf;
using Pb = HyphaMarket.Libp2p.Kademlia.Messages.Generated;

namespace HyphaMarket.Libp2p.Kademlia.Messages;

/// <summary>Turns messages into protobuf bytes and back.</summary>
/// <remarks>
/// Reading is by hand: a message of 128 KiB can hold 60,000 empty peers, which the generated parser would all allocate before anybody
/// could count them. Here what is past a bound is skipped unread, and what is not a peer id or a multiaddr is left out. Honest
/// senders do send long lists, so length is no reason to refuse the message.
/// </remarks>
internal sealed class KadMessageCodec(KademliaOptions options)
{
    // A reply lists k closer peers and at most as many providers as the sender likes to tell; we look at no more than these.
    private int MaxCloserPeers => options.BucketSize;
    private int MaxProviderPeers => Math.Max(options.BucketSize, options.MaxProvidersPerAnswer);

    public static byte[] Encode(KadMessage message)
    {
        var pb = new Pb.Message { Type = (Pb.Message.Types.MessageType)message.Type, Key = UnsafeByteOperations.UnsafeWrap(message.Key) };
        if (message.Record is { } record)
        {
            pb.Record = new Pb.Record
            {
                Key = UnsafeByteOperations.UnsafeWrap(record.Key),
                Value = UnsafeByteOperations.UnsafeWrap(record.Value),
                TimeReceived = record.TimeReceived,
            };
        }
        foreach (var peer in message.CloserPeers) pb.CloserPeers.Add(ToProtobuf(peer));
        foreach (var peer in message.ProviderPeers) pb.ProviderPeers.Add(ToProtobuf(peer));
        return pb.ToByteArray();
    }

    /// <summary>Reads a message; the result owns its bytes.</summary>
    /// <returns>Null where the bytes are no message of the protocol.</returns>
    public KadMessage? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > options.MaxMessageBytes) return null;
        var type = 0UL;
        byte[] key = [];
        KadRecord? record = null;
        var closer = new List<KadPeer>();
        var providers = new List<KadPeer>();
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var field, out var content, out var number))
        {
            switch (field)
            {
                case 1: type = number; break;
                case 2:
                    if (content.Length > options.MaxKeyBytes) return null;
                    key = content.ToArray();
                    break;
                case 3:
                    if (!TryDecodeRecord(content, out record)) return null;
                    break;
                case 8: if (!TryAddPeer(closer, MaxCloserPeers, content)) return null; break;
                case 9: if (!TryAddPeer(providers, MaxProviderPeers, content)) return null; break;
                default: break;
            }
        }
        if (reader.IsDamaged || type > (ulong)KadMessageType.Ping) return null;
        return new KadMessage { Type = (KadMessageType)type, Key = key, Record = record, CloserPeers = closer, ProviderPeers = providers };
    }

    private bool TryDecodeRecord(ReadOnlySpan<byte> bytes, out KadRecord? record)
    {
        // The longest RFC 3339 time with nanoseconds and an offset has 35 characters.
        const int MaxTimeChars = 64;
        record = null;
        byte[] key = [];
        byte[] value = [];
        var time = "";
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var field, out var content, out _))
        {
            switch (field)
            {
                case 1:
                    if (content.Length > options.MaxKeyBytes) return false;
                    key = content.ToArray();
                    break;
                case 2:
                    if (content.Length > options.MaxValueBytes) return false;
                    value = content.ToArray();
                    break;
                case 5:
                    if (content.Length > MaxTimeChars) return false;
                    time = System.Text.Encoding.ASCII.GetString(content);
                    break;
                default: break;
            }
        }
        if (reader.IsDamaged) return false;
        record = new KadRecord(key, value, time);
        return true;
    }

    private bool TryAddPeer(List<KadPeer> peers, int most, ReadOnlySpan<byte> bytes)
    {
        if (peers.Count >= most) return true;
        PeerId id = default;
        List<Multiaddr>? addresses = null;
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var field, out var content, out _))
        {
            if (field == 1)
            {
                if (!PeerId.TryFromBytes(content, out id)) return true;
            }
            else if (field == 2 && (addresses?.Count ?? 0) < options.MaxAddressesPerPeer && content.Length <= options.MaxAddressBytes)
            {
                if (Multiaddr.TryFromBytes(content, out var address) && address is not null) (addresses ??= []).Add(address);
            }
        }
        if (reader.IsDamaged) return false;
        if (!id.IsDefault) peers.Add(new KadPeer(id, addresses ?? (IReadOnlyList<Multiaddr>)[]));
        return true;
    }

    private static Pb.Message.Types.Peer ToProtobuf(KadPeer peer)
    {
        var pb = new Pb.Message.Types.Peer { Id = UnsafeByteOperations.UnsafeWrap(peer.Id.Bytes) };
        foreach (var address in peer.Addresses) pb.Addrs.Add(UnsafeByteOperations.UnsafeWrap(address.Bytes));
        return pb;
    }
}
