using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Relay.Messages;
using Pb = HyphaMarket.Libp2p.Relay.Messages.Generated;

namespace HyphaMarket.Libp2p.Relay;

/// <summary>A relay's word, under its signature, that it serves a peer until a time. Every instance was verified or sealed here.</summary>
/// <remarks>Source: libp2p/specs relay/circuit-v2.md, "Reservation Vouchers". Immutable.</remarks>
public sealed class ReservationVoucher
{
    /// <summary>The purpose of envelopes that carry vouchers: domain <c>libp2p-relay-rsvp</c>, type 0x0302 of the multicodec table.</summary>
    public static readonly EnvelopePurpose Purpose = new("libp2p-relay-rsvp", [0x03, 0x02]);

    private ReservationVoucher(PeerId relay, PeerId peer, DateTimeOffset expires, SignedEnvelope envelope)
    {
        Relay = relay;
        Peer = peer;
        Expires = expires;
        Envelope = envelope;
    }

    /// <summary>The relay, which signed.</summary>
    public PeerId Relay { get; }

    /// <summary>The peer that it serves.</summary>
    public PeerId Peer { get; }

    /// <summary>The end of the reservation, in whole seconds.</summary>
    public DateTimeOffset Expires { get; }

    /// <summary>The proof of it.</summary>
    public SignedEnvelope Envelope { get; }

    /// <summary>The envelope as it travels.</summary>
    public ReadOnlyMemory<byte> Bytes => Envelope.Bytes;

    /// <summary>Signs a voucher as the relay.</summary>
    /// <param name="expires">Cut to whole seconds.</param>
    public static ReservationVoucher Seal(KeyPair relay, PeerId peer, DateTimeOffset expires)
    {
        ArgumentNullException.ThrowIfNull(relay);
        if (peer.IsDefault) throw new ArgumentException("The default peer id names nobody.", nameof(peer));
        var seconds = expires.ToUnixTimeSeconds();
        // "Elements of the message are written in field id order", as the generated code does.
        var payload = new Pb.Voucher
        {
            Relay = ByteString.CopyFrom(relay.PeerId.Span),
            Peer = ByteString.CopyFrom(peer.Span),
            Expiration = (ulong)seconds,
        };
        return new ReservationVoucher(relay.PeerId, peer, DateTimeOffset.FromUnixTimeSeconds(seconds), SignedEnvelope.Seal(relay, Purpose, payload.ToByteArray()));
    }

    /// <summary>Reads and verifies a voucher: the relay that it names is the one that signed it. Whether it is for us and still holds is the reader's to check. Never throws on hostile input.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ReservationVoucher? voucher, out EnvelopeFault fault)
    {
        voucher = null;
        if (!SignedEnvelope.TryOpen(bytes, Purpose, out var envelope, out fault)) return false;
        fault = EnvelopeFault.MalformedPayload;
        Pb.Voucher payload;
        try
        {
            payload = Pb.Voucher.Parser.WithDiscardUnknownFields(true).ParseFrom(envelope.Payload.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
        if (!payload.HasExpiration || !PeerId.TryFromBytes(payload.Relay.Span, out var relay) || !PeerId.TryFromBytes(payload.Peer.Span, out var peer)) return false;
        fault = EnvelopeFault.WrongPeer;
        if (envelope.Signer.PeerId != relay) return false;
        fault = EnvelopeFault.None;
        voucher = new ReservationVoucher(relay, peer, RelayMessageCodec.FromUnixSeconds(payload.Expiration), envelope);
        return true;
    }
}
