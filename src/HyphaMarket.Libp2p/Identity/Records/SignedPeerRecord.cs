using System.Diagnostics.CodeAnalysis;

namespace HyphaMarket.Libp2p.Identity.Records;

/// <summary>A peer record in the envelope that its peer signed: addresses which a third party can pass on and cannot forge. Immutable.</summary>
/// <remarks>Source: libp2p/specs RFC/0003-routing-records.md, "Certification / Verification".</remarks>
public sealed class SignedPeerRecord
{
    private SignedPeerRecord(PeerRecord record, SignedEnvelope envelope)
    {
        Record = record;
        Envelope = envelope;
    }

    /// <summary>What the peer says.</summary>
    public PeerRecord Record { get; }

    /// <summary>The proof of it.</summary>
    public SignedEnvelope Envelope { get; }

    /// <summary>The peer that signed and that the record speaks of.</summary>
    public PeerId Peer => Record.Peer;

    /// <summary>The envelope as it travels.</summary>
    public ReadOnlyMemory<byte> Bytes => Envelope.Bytes;

    /// <summary>Signs a record of one's own.</summary>
    /// <exception cref="ArgumentException">The record speaks of another peer, or its addresses take more than <see cref="SignedEnvelope.MaxPayloadLength"/>.</exception>
    public static SignedPeerRecord Seal(KeyPair keys, PeerRecord record)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(record);
        if (record.Peer != keys.PeerId) throw new ArgumentException("A peer signs records of itself only.", nameof(record));
        return new SignedPeerRecord(record, SignedEnvelope.Seal(keys, PeerRecord.Purpose, record.Encode()));
    }

    /// <summary>Reads and verifies a signed record; where it is refused, <paramref name="fault"/> says why. Never throws on hostile input.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SignedPeerRecord? record, out EnvelopeFault fault)
    {
        record = null;
        // "A peer MUST validate the signature before deserializing the record."
        if (!SignedEnvelope.TryOpen(bytes, PeerRecord.Purpose, out var envelope, out fault)) return false;
        fault = EnvelopeFault.MalformedPayload;
        if (!PeerRecord.TryDecode(envelope.Payload.Span, out var read)) return false;
        // "If the public key in the envelope cannot derive the peer id contained in the record, it MUST be discarded."
        fault = EnvelopeFault.WrongPeer;
        if (envelope.Signer.PeerId != read.Peer) return false;
        fault = EnvelopeFault.None;
        record = new SignedPeerRecord(read, envelope);
        return true;
    }
}
