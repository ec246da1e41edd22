using HyphaMarket.Libp2p.Protobuf;

namespace HyphaMarket.Libp2p.Gossipsub.Wire;

/// <summary>Reads one RPC within limits. One decoder reads one frame.</summary>
/// <remarks>
/// An entry whose topic is missing, too long or no UTF-8 is left out: it is about nothing that we could be subscribed to, and other
/// networks may name their topics as they like. Malformed protobuf and lists over their limit condemn the frame.
/// </remarks>
internal sealed class RpcDecoder
{
    private readonly RpcLimits _limits;
    private readonly List<SubscriptionChange> _subscriptions = [];
    private readonly List<PubsubMessage> _messages = [];
    private readonly List<IHave> _ihave = [];
    private readonly List<MessageId> _iwant = [];
    private readonly List<string> _graft = [];
    private readonly List<Prune> _prune = [];
    private readonly List<MessageId> _idontwant = [];
    private int _subscriptionFields, _messageFields, _controlMessages, _messageIds, _malformed;

    private RpcDecoder(RpcLimits limits) => _limits = limits;

    /// <summary>Reads a frame; null where it is malformed or over a limit.</summary>
    public static Rpc? Decode(ReadOnlySpan<byte> frame, RpcLimits limits)
    {
        var decoder = new RpcDecoder(limits);
        if (!decoder.TryReadRpc(frame)) return null;
        return new Rpc
        {
            Subscriptions = decoder._subscriptions,
            Messages = decoder._messages,
            IHave = decoder._ihave,
            IWant = decoder._iwant,
            Graft = decoder._graft,
            Prune = decoder._prune,
            IDontWant = decoder._idontwant,
            MalformedMessages = decoder._malformed,
        };
    }

    private bool TryReadRpc(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        while (!reader.AtEnd)
        {
            if (!reader.TryReadTag(out var field, out var type)) return false;
            if (field > 3)
            {
                if (!reader.TrySkip(type)) return false;
                continue;
            }
            if (type != WireType.Bytes || !reader.TryReadBytes(out var value)) return false;
            var read = field switch
            {
                1 => TryReadSubscription(value),
                2 => TryReadMessage(value),
                // Protobuf: "the parser merges multiple instances of the same [embedded message] field".
                _ => TryReadControl(value),
            };
            if (!read) return false;
        }
        return true;
    }

    private bool TryReadSubscription(ReadOnlySpan<byte> bytes)
    {
        if (_subscriptionFields++ == _limits.MaxSubscriptions) return false;
        var reader = new ProtobufReader(bytes);
        var subscribe = false;
        string? topic = null;
        while (!reader.AtEnd)
        {
            if (!reader.TryReadTag(out var field, out var type)) return false;
            switch (field, type)
            {
                case (1, WireType.Varint):
                    if (!reader.TryReadVarint(out var flag)) return false;
                    subscribe = flag != 0;
                    break;
                case (2, WireType.Bytes):
                    if (!reader.TryReadBytes(out var name)) return false;
                    topic = MessageCodec.ReadTopic(name);
                    break;
                default:
                    if (!reader.TrySkip(type)) return false;
                    break;
            }
        }
        if (topic is not null) _subscriptions.Add(new SubscriptionChange(topic, subscribe));
        return true;
    }

    private bool TryReadMessage(ReadOnlySpan<byte> bytes)
    {
        if (_messageFields++ == _limits.MaxMessages) return false;
        // An honest relay passes on what its author got wrong, so one bad message does not condemn the frame.
        if (MessageCodec.Decode(bytes.ToArray()) is { } message) _messages.Add(message);
        else _malformed++;
        return true;
    }

    private bool TryReadControl(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        while (!reader.AtEnd)
        {
            if (!reader.TryReadTag(out var field, out var type)) return false;
            if (field > 5)
            {
                if (!reader.TrySkip(type)) return false;
                continue;
            }
            if (_controlMessages++ == _limits.MaxControlMessages) return false;
            if (type != WireType.Bytes || !reader.TryReadBytes(out var value)) return false;
            var read = field switch
            {
                1 => TryReadIHave(value),
                2 => TryReadIds(value, 1, _iwant, out _),
                3 => TryReadGraft(value),
                4 => TryReadPrune(value),
                _ => TryReadIds(value, 1, _idontwant, out _),
            };
            if (!read) return false;
        }
        return true;
    }

    private bool TryReadIHave(ReadOnlySpan<byte> bytes)
    {
        var ids = new List<MessageId>();
        if (!TryReadIds(bytes, 2, ids, out var topic)) return false;
        if (topic is not null) _ihave.Add(new IHave(topic, ids));
        return true;
    }

    private bool TryReadGraft(ReadOnlySpan<byte> bytes)
    {
        if (!TryReadIds(bytes, 0, [], out var topic)) return false;
        if (topic is not null) _graft.Add(topic);
        return true;
    }

    /// <summary>Reads an entry that consists of ids in one field and, in field 1, a topic (unless the ids are there).</summary>
    private bool TryReadIds(ReadOnlySpan<byte> bytes, int idField, List<MessageId> ids, out string? topic)
    {
        topic = null;
        var reader = new ProtobufReader(bytes);
        while (!reader.AtEnd)
        {
            if (!reader.TryReadTag(out var field, out var type)) return false;
            if (field == idField && type == WireType.Bytes)
            {
                if (!reader.TryReadBytes(out var id) || id.Length > _limits.MaxMessageIdBytes || _messageIds++ == _limits.MaxMessageIds) return false;
                ids.Add(new MessageId(id));
            }
            else if (field == 1 && type == WireType.Bytes)
            {
                if (!reader.TryReadBytes(out var name)) return false;
                topic = MessageCodec.ReadTopic(name);
            }
            else if (!reader.TrySkip(type))
            {
                return false;
            }
        }
        return true;
    }

    private bool TryReadPrune(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        string? topic = null;
        ulong? backoff = null;
        List<PeerExchangeRecord>? peers = null;
        while (!reader.AtEnd)
        {
            if (!reader.TryReadTag(out var field, out var type)) return false;
            switch (field, type)
            {
                case (1, WireType.Bytes):
                    if (!reader.TryReadBytes(out var name)) return false;
                    topic = MessageCodec.ReadTopic(name);
                    break;
                case (2, WireType.Bytes):
                    peers ??= [];
                    if (peers.Count == _limits.MaxExchangedPeers || !reader.TryReadBytes(out var info)) return false;
                    if (!TryReadPeerInfo(info, out var peer)) return false;
                    peers.Add(peer);
                    break;
                case (3, WireType.Varint):
                    if (!reader.TryReadVarint(out var seconds)) return false;
                    backoff = seconds;
                    break;
                default:
                    if (!reader.TrySkip(type)) return false;
                    break;
            }
        }
        if (topic is not null) _prune.Add(new Prune(topic, backoff, peers is null ? [] : peers));
        return true;
    }

    private static bool TryReadPeerInfo(ReadOnlySpan<byte> bytes, out PeerExchangeRecord peer)
    {
        peer = default;
        var reader = new ProtobufReader(bytes);
        byte[] id = [], record = [];
        while (!reader.AtEnd)
        {
            if (!reader.TryReadTag(out var field, out var type)) return false;
            if (field is 1 or 2 && type == WireType.Bytes)
            {
                if (!reader.TryReadBytes(out var value)) return false;
                if (field == 1) id = value.ToArray();
                else record = value.ToArray();
            }
            else if (!reader.TrySkip(type))
            {
                return false;
            }
        }
        peer = new PeerExchangeRecord(id, record);
        return true;
    }
}
