using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Libp2p.Identity.Records.Messages;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Identity.Records;

/// <summary>Where a peer says that it listens, and which of its words is the newest. It is believed only inside an envelope: see <see cref="SignedPeerRecord"/>.</summary>
/// <remarks>Source: libp2p/specs RFC/0003-routing-records.md. Immutable.</remarks>
public sealed class PeerRecord
{
    /// <summary>The most addresses in a record. A peer with four networks and a dozen relays on each of them has fewer.</summary>
    public const int MaxAddresses = 64;

    /// <summary>The purpose of envelopes that carry peer records: domain <c>libp2p-peer-record</c>, type 0x0301 of the multicodec table.</summary>
    public static readonly EnvelopePurpose Purpose = new("libp2p-peer-record", [0x03, 0x01]);

    /// <param name="peer">The peer that the record speaks of.</param>
    /// <param name="sequence">Higher than in every record of this peer before.</param>
    /// <param name="addresses">At most 64; a trailing <c>/p2p</c> of the peer is taken off.</param>
    /// <exception cref="ArgumentException">The peer is the default value, the addresses are too many, or one leads to another peer.</exception>
    public PeerRecord(PeerId peer, ulong sequence, IEnumerable<Multiaddr> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        if (peer.IsDefault) throw new ArgumentException("The default peer id names nobody.", nameof(peer));
        var list = addresses.Select(address => address.TryGetPeer(out var named) && named != peer
            ? throw new ArgumentException($"{address} leads to another peer.", nameof(addresses))
            : address.WithoutPeer()).ToArray();
        if (list.Length > MaxAddresses) throw new ArgumentException($"A record has at most {MaxAddresses} addresses.", nameof(addresses));
        Peer = peer;
        Sequence = sequence;
        Addresses = list;
    }

    /// <summary>The peer that the record speaks of.</summary>
    public PeerId Peer { get; }

    /// <summary>Orders the records of one peer. "They MUST NOT attempt to interpret a seq value from another peer as a valid timestamp."</summary>
    public ulong Sequence { get; }

    /// <summary>Where the peer listens, without a trailing <c>/p2p</c>.</summary>
    public IReadOnlyList<Multiaddr> Addresses { get; }

    /// <summary>The protobuf form, the payload of an envelope.</summary>
    public byte[] Encode()
    {
        var message = new PeerRecordMessage { PeerId = ByteString.CopyFrom(Peer.Span), Seq = Sequence };
        message.Addresses.AddRange(Addresses.Select(address => new PeerRecordMessage.Types.AddressInfo { Multiaddr = ByteString.CopyFrom(address.Bytes.Span) }));
        return message.ToByteArray();
    }

    /// <summary>Reads the protobuf form; false where it is malformed or names no peer. Never throws.</summary>
    /// <remarks>
    /// The record is made to be extended, so unknown fields are skipped, and an address of a kind that we do not know, or that leads to
    /// another peer, does not spoil the others. Addresses beyond <see cref="MaxAddresses"/> are ignored.
    /// </remarks>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out PeerRecord? record)
    {
        record = null;
        if (bytes.Length > SignedEnvelope.MaxPayloadLength) return false;
        PeerRecordMessage message;
        try
        {
            message = PeerRecordMessage.Parser.WithDiscardUnknownFields(true).ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
        if (!PeerId.TryFromBytes(message.PeerId.Span, out var peer)) return false;
        var addresses = new List<Multiaddr>();
        foreach (var info in message.Addresses.Take(MaxAddresses))
        {
            if (!Multiaddr.TryFromBytes(info.Multiaddr.Span, out var address)) continue;
            if (address.TryGetPeer(out var named) && named != peer) continue;
            addresses.Add(address);
        }
        record = new PeerRecord(peer, message.Seq, addresses);
        return true;
    }
}
