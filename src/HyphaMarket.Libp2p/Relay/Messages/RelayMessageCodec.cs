using Google.Protobuf;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;
using Pb = HyphaMarket.Libp2p.Relay.Messages.Generated;

namespace HyphaMarket.Libp2p.Relay.Messages;

/// <summary>Messages of circuit relay v2 to protobuf and back, within bounds. What is malformed decodes to null.</summary>
internal static class RelayMessageCodec
{
    /// <summary>Addresses taken from a reservation; the rest are ignored. A relay has a few: one for each family, transport and interface.</summary>
    public const int MaxAddresses = 8;

    // 9999-12-31T23:59:59Z, the last second that our dates hold; a later end is taken for this one.
    private const ulong MaxUnixSeconds = 253_402_300_799;

    public static IMessage Encode(HopMessage message)
    {
        var pb = new Pb.HopMessage { Type = (Pb.HopMessage.Types.Type)message.Type };
        if (message.Peer is { } peer) pb.Peer = ToProtobuf(peer);
        if (message.Reservation is { } reservation) pb.Reservation = ToProtobuf(reservation);
        if (message.Limits is { } limits) pb.Limit = ToProtobuf(limits);
        if (message.Status is { } status) pb.Status = (Pb.Status)status;
        return pb;
    }

    public static IMessage Encode(StopMessage message)
    {
        var pb = new Pb.StopMessage { Type = (Pb.StopMessage.Types.Type)message.Type };
        if (message.Peer is { } peer) pb.Peer = ToProtobuf(peer);
        if (message.Limits is { } limits) pb.Limit = ToProtobuf(limits);
        if (message.Status is { } status) pb.Status = (Pb.Status)status;
        return pb;
    }

    public static HopMessage? DecodeHop(ReadOnlySpan<byte> bytes)
    {
        if (!TryParse(bytes, Pb.HopMessage.Parser, out var pb) || !pb.HasType || !Enum.IsDefined((HopMessageType)pb.Type)) return null;
        if (!TryReadPeer(pb.Peer, out var peer)) return null;
        var message = new HopMessage(
            (HopMessageType)pb.Type, peer, pb.Reservation is { } granted ? ReadReservation(granted) : null, ReadLimits(pb.Limit), pb.HasStatus ? (RelayStatus)pb.Status : null);
        return message.Type switch
        {
            HopMessageType.Connect when peer is null => null,
            HopMessageType.Status when message.Status is null => null,
            _ => message,
        };
    }

    public static StopMessage? DecodeStop(ReadOnlySpan<byte> bytes)
    {
        if (!TryParse(bytes, Pb.StopMessage.Parser, out var pb) || !pb.HasType || !Enum.IsDefined((StopMessageType)pb.Type)) return null;
        if (!TryReadPeer(pb.Peer, out var peer)) return null;
        var message = new StopMessage((StopMessageType)pb.Type, peer, ReadLimits(pb.Limit), pb.HasStatus ? (RelayStatus)pb.Status : null);
        return message.Type switch
        {
            StopMessageType.Connect when peer is null => null,
            StopMessageType.Status when message.Status is null => null,
            _ => message,
        };
    }

    private static bool TryParse<T>(ReadOnlySpan<byte> bytes, MessageParser<T> parser, out T message) where T : class, IMessage<T>
    {
        message = null!;
        // The bound of the bytes is a bound of what the parser allocates too.
        if (bytes.Length > RelayProtocol.MaxMessageBytes) return false;
        try
        {
            message = parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    /// <summary>True with null where no peer is named; false where something else stands in its place.</summary>
    /// <remarks>The addresses of a peer are for active relaying, which is "considered deprecated for security reasons": they are not read.</remarks>
    private static bool TryReadPeer(Pb.Peer? pb, out PeerId? peer)
    {
        peer = null;
        if (pb is null) return true;
        if (!PeerId.TryFromBytes(pb.Id.Span, out var id)) return false;
        peer = id;
        return true;
    }

    private static GrantedReservation ReadReservation(Pb.Reservation pb)
    {
        var addresses = new List<Multiaddr>();
        foreach (var bytes in pb.Addrs)
        {
            if (addresses.Count == MaxAddresses) break;
            // An address of a kind that we do not know must not spoil the others.
            if (Multiaddr.TryFromBytes(bytes.Span, out var address)) addresses.Add(address);
        }
        return new GrantedReservation(FromUnixSeconds(pb.Expire), addresses, pb.HasVoucher ? pb.Voucher.ToByteArray() : null);
    }

    internal static DateTimeOffset FromUnixSeconds(ulong seconds) => DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(seconds, MaxUnixSeconds));

    /// <summary>"If 0, there is no limit applied"; where neither is limited there are no limits at all.</summary>
    private static ConnectionLimits? ReadLimits(Pb.Limit? pb)
    {
        if (pb is null || (pb.Duration == 0 && pb.Data == 0)) return null;
        return new ConnectionLimits(
            pb.Duration == 0 ? null : TimeSpan.FromSeconds(pb.Duration),
            pb.Data == 0 ? null : (long)Math.Min(pb.Data, long.MaxValue));
    }

    private static Pb.Peer ToProtobuf(PeerId peer) => new() { Id = UnsafeByteOperations.UnsafeWrap(peer.Bytes) };

    private static Pb.Reservation ToProtobuf(GrantedReservation reservation)
    {
        var pb = new Pb.Reservation { Expire = (ulong)reservation.Expires.ToUnixTimeSeconds() };
        foreach (var address in reservation.RelayAddresses) pb.Addrs.Add(UnsafeByteOperations.UnsafeWrap(address.Bytes));
        if (reservation.Voucher is { } voucher) pb.Voucher = UnsafeByteOperations.UnsafeWrap(voucher);
        return pb;
    }

    private static Pb.Limit ToProtobuf(ConnectionLimits limits) => new()
    {
        // A duration is told in whole seconds, and never a longer one than is kept.
        Duration = (uint)Math.Min(limits.Duration?.TotalSeconds ?? 0, uint.MaxValue),
        Data = (ulong)(limits.Bytes ?? 0),
    };
}
