using System.Text;
using HyphaMarket.Libp2p.Protobuf;

namespace HyphaMarket.Libp2p.Gossipsub.Wire;

/// <summary>Writes one RPC: its size first, then its bytes in one pass.</summary>
internal static class RpcEncoder
{
    public static byte[] Encode(Rpc rpc)
    {
        var bytes = new byte[SizeOf(rpc)];
        Write(rpc, bytes);
        return bytes;
    }

    public static int SizeOf(Rpc rpc)
    {
        var size = 0;
        foreach (var subscription in rpc.Subscriptions) size += ProtobufWriter.BytesFieldSize(SizeOf(subscription));
        foreach (var message in rpc.Messages) size += ProtobufWriter.BytesFieldSize(message.Encoded.Length);
        if (rpc.HasControl) size += ProtobufWriter.BytesFieldSize(ControlSize(rpc));
        return size;
    }

    /// <summary>Writes into a span of exactly <see cref="SizeOf(Rpc)"/> bytes.</summary>
    public static void Write(Rpc rpc, Span<byte> destination)
    {
        var writer = new ProtobufWriter(destination);
        foreach (var subscription in rpc.Subscriptions)
        {
            writer.WriteHead(1, SizeOf(subscription));
            writer.WriteVarintField(1, subscription.Subscribe ? 1u : 0u);
            writer.WriteStringField(2, subscription.Topic);
        }
        foreach (var message in rpc.Messages) writer.WriteBytesField(2, message.Encoded.Span);
        if (!rpc.HasControl) return;
        writer.WriteHead(3, ControlSize(rpc));
        foreach (var ihave in rpc.IHave)
        {
            writer.WriteHead(1, TopicSize(ihave.Topic) + IdsSize(ihave.MessageIds));
            writer.WriteStringField(1, ihave.Topic);
            foreach (var id in ihave.MessageIds) writer.WriteBytesField(2, id.Span);
        }
        WriteIds(ref writer, 2, rpc.IWant);
        foreach (var topic in rpc.Graft)
        {
            writer.WriteHead(3, TopicSize(topic));
            writer.WriteStringField(1, topic);
        }
        foreach (var prune in rpc.Prune) WritePrune(ref writer, prune);
        WriteIds(ref writer, 5, rpc.IDontWant);
    }

    private static void WritePrune(ref ProtobufWriter writer, Prune prune)
    {
        writer.WriteHead(4, SizeOf(prune));
        writer.WriteStringField(1, prune.Topic);
        foreach (var peer in prune.Peers)
        {
            writer.WriteHead(2, SizeOf(peer));
            writer.WriteBytesField(1, peer.PeerId.Span);
            if (!peer.SignedPeerRecord.IsEmpty) writer.WriteBytesField(2, peer.SignedPeerRecord.Span);
        }
        if (prune.BackoffSeconds is { } seconds) writer.WriteVarintField(3, seconds);
    }

    private static void WriteIds(ref ProtobufWriter writer, int field, IReadOnlyList<MessageId> ids)
    {
        if (ids.Count == 0) return;
        writer.WriteHead(field, IdsSize(ids));
        foreach (var id in ids) writer.WriteBytesField(1, id.Span);
    }

    private static int ControlSize(Rpc rpc)
    {
        var size = 0;
        foreach (var ihave in rpc.IHave) size += ProtobufWriter.BytesFieldSize(TopicSize(ihave.Topic) + IdsSize(ihave.MessageIds));
        if (rpc.IWant.Count > 0) size += ProtobufWriter.BytesFieldSize(IdsSize(rpc.IWant));
        foreach (var topic in rpc.Graft) size += ProtobufWriter.BytesFieldSize(TopicSize(topic));
        foreach (var prune in rpc.Prune) size += ProtobufWriter.BytesFieldSize(SizeOf(prune));
        if (rpc.IDontWant.Count > 0) size += ProtobufWriter.BytesFieldSize(IdsSize(rpc.IDontWant));
        return size;
    }

    private static int SizeOf(SubscriptionChange subscription) => ProtobufWriter.VarintFieldSize(1) + TopicSize(subscription.Topic);

    private static int SizeOf(Prune prune)
    {
        var size = TopicSize(prune.Topic);
        foreach (var peer in prune.Peers) size += ProtobufWriter.BytesFieldSize(SizeOf(peer));
        return size + (prune.BackoffSeconds is { } seconds ? ProtobufWriter.VarintFieldSize(seconds) : 0);
    }

    private static int SizeOf(PeerExchangeRecord peer) =>
        ProtobufWriter.BytesFieldSize(peer.PeerId.Length)
        + (peer.SignedPeerRecord.IsEmpty ? 0 : ProtobufWriter.BytesFieldSize(peer.SignedPeerRecord.Length));

    private static int TopicSize(string topic) => ProtobufWriter.BytesFieldSize(Encoding.UTF8.GetByteCount(topic));

    private static int IdsSize(IReadOnlyList<MessageId> ids)
    {
        var size = 0;
        foreach (var id in ids) size += ProtobufWriter.BytesFieldSize(id.Length);
        return size;
    }
}
