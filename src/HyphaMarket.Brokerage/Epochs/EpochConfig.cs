using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>Who brokers a market from a slot on: n members sorted by peer id, signed by q of them, or of their predecessors where it is a change.</summary>
public sealed class EpochConfig
{
    /// <summary>No market has more brokers, whatever the network's cap says: a certificate carries a signature of each.</summary>
    public const int MaxMembers = 64;

    /// <summary>So many sets of a market are remembered and served: enough to check any certificate that can still matter.</summary>
    public const int MostRemembered = 64;

    /// <summary>
    /// A set that was committed to late lets the one before it certify a little past the next first slot. After so many slots more no certificate of it is
    /// believed: members of long ago have nothing to lose, and together could sign slots of today.
    /// </summary>
    public const int MostLateSlots = 64;

    private const int MaxAddresses = 8;
    private const int MaxAddressSize = 512;

    private EpochConfig(Record record, MarketId market, EpochConfigBody body, EpochMember[] members)
    {
        Record = record;
        Id = SignedRecords.IdOf(record);
        Market = market;
        Epoch = body.Epoch;
        Kind = body.Kind;
        FirstSlot = new Slot(body.FirstSlot);
        Previous = RecordId.TryFromBytes(body.Previous.Span, out var previous) ? previous : null;
        Members = members;
    }

    /// <summary>The record as received, with whatever signatures it carries.</summary>
    public Record Record { get; }
    public RecordId Id { get; }
    public MarketId Market { get; }
    public ulong Epoch { get; }
    public EpochKind Kind { get; }
    public Slot FirstSlot { get; }
    public IReadOnlyList<EpochMember> Members { get; }

    /// <summary>The set that this one takes the place of; null for a market's first.</summary>
    public RecordId? Previous { get; }

    public Quorum Quorum => new(Members.Count);

    /// <summary>The broker that proposes the result of a match slot.</summary>
    public EpochMember ProposerOf(Slot slot) => Members[(int)(((ulong)(slot.Value / 2) + Epoch) % (ulong)Members.Count)];

    /// <summary>Whether a certificate of this set for a slot can be right.</summary>
    /// <param name="next">The set after it, where there is one.</param>
    public bool MayHaveCertified(Slot slot, EpochConfig? next) => slot >= FirstSlot && (next is null || slot < next.FirstSlot.Plus(MostLateSlots));

    /// <summary>The member's index, or -1.</summary>
    public int IndexOf(ParticipantId peer)
    {
        for (var i = 0; i < Members.Count; i++)
        {
            if (Members[i].Peer == peer) return i;
        }

        return -1;
    }

    /// <summary>Builds a first config; it still lacks signatures.</summary>
    public static EpochConfig First(MarketId market, IEnumerable<EpochMember> members, Slot firstSlot) => Draft(EpochKind.First, market, null, members, firstSlot);

    /// <summary>Builds the config that follows this one; it still lacks signatures.</summary>
    /// <param name="kind">A change, signed by this set, or an interregnum, signed by its own members.</param>
    public EpochConfig Next(EpochKind kind, IEnumerable<EpochMember> members, Slot firstSlot) => Draft(kind, Market, this, members, firstSlot);

    private static EpochConfig Draft(EpochKind kind, MarketId market, EpochConfig? previous, IEnumerable<EpochMember> members, Slot firstSlot)
    {
        var body = new EpochConfigBody
        {
            Market = ByteString.CopyFrom(market.ToArray()),
            Epoch = previous is null ? 0 : previous.Epoch + 1,
            Kind = kind,
            FirstSlot = firstSlot.Value,
            Previous = previous is null ? ByteString.Empty : ByteString.CopyFrom(previous.Id.Value.ToArray()),
        };
        foreach (var member in members.OrderBy(member => member.Peer))
        {
            var entry = new Member { Peer = ByteString.CopyFrom(member.Peer.Span) };
            // Addresses are what others said of it: one that is too long must not keep the set from being formed.
            entry.Addresses.AddRange(member.Addresses.Where(address => address.Length <= MaxAddressSize).Take(MaxAddresses).Select(address => ByteString.CopyFrom(address.Span)));
            body.Members.Add(entry);
        }

        var record = new Record { Kind = RecordKind.Epoch, Body = body.ToByteString() };
        return TryParse(record, out var config) ? config : throw new ArgumentException("The members do not make a valid config.", nameof(members));
    }

    /// <summary>Reads a config and checks its form; signatures are checked by <see cref="HasQuorum"/>.</summary>
    public static bool TryParse(Record? record, [NotNullWhen(true)] out EpochConfig? config)
    {
        config = record is { Kind: RecordKind.Epoch } ? record.Read(static read => TryParseAnew(read, out var parsed) ? parsed : null) : null;
        return config is not null;
    }

    private static bool TryParseAnew(Record record, [NotNullWhen(true)] out EpochConfig? config)
    {
        config = null;
        if (!StrictParser.TryParse(EpochConfigBody.Parser, record.Body, out var body)) return false;
        if (!MarketId.TryFromBytes(body.Market.Span, out var market) || body.FirstSlot < 0) return false;
        if (body.Kind is not (EpochKind.First or EpochKind.Change or EpochKind.Interregnum) || body.Members.Count is 0 or > MaxMembers) return false;
        // A first set has the number 0 and follows nothing; every other names the one that it follows.
        if (body.Kind == EpochKind.First ? body.Epoch != 0 || body.Previous.Length != 0 : body.Epoch == 0 || body.Previous.Length != Hash256.Size) return false;

        var members = new EpochMember[body.Members.Count];
        for (var i = 0; i < members.Length; i++)
        {
            var entry = body.Members[i];
            if (!ParticipantId.TryFromBytes(entry.Peer.Span, out var peer)) return false;
            if (entry.Addresses.Count > MaxAddresses || entry.Addresses.Any(address => address.Length > MaxAddressSize)) return false;
            if (i > 0 && members[i - 1].Peer >= peer) return false;
            members[i] = new EpochMember(peer, entry.Addresses.Select(address => (ReadOnlyMemory<byte>)address.ToByteArray()).ToArray());
        }

        config = new EpochConfig(record, market, body, members);
        return true;
    }

    /// <summary>What a member signs: domain tag of the phase + network id + attempt (8 bytes, big-endian) + this config's id.</summary>
    public byte[] SigningBytes(NetworkId network, EpochPhase phase, ulong attempt)
    {
        Span<byte> body = stackalloc byte[sizeof(ulong) + Hash256.Size];
        BinaryPrimitives.WriteUInt64BigEndian(body, attempt);
        Id.Value.CopyTo(body[sizeof(ulong)..]);
        return SignedRecords.SigningBytes(network, phase == EpochPhase.Prepare ? DomainTags.EpochPrepare : DomainTags.EpochCommit, body);
    }

    /// <summary>Whose signatures make this config a broker set: its own members', or the previous set's where it is a change; null where that is not the set given.</summary>
    /// <param name="previous">The set before, where it is known.</param>
    public EpochConfig? VotersAfter(EpochConfig? previous)
    {
        if (Kind != EpochKind.Change) return this;
        return previous is not null && previous.Id == Previous && previous.Epoch + 1 == Epoch && previous.Market == Market ? previous : null;
    }

    /// <summary>Whether a signature of that phase and attempt is that voter's.</summary>
    /// <param name="voters">See <see cref="VotersAfter"/>.</param>
    public bool Verify(NetworkId network, EpochPhase phase, ulong attempt, EpochConfig voters, MemberSignature signature, ISignatureVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(voters);
        ArgumentNullException.ThrowIfNull(signature);
        ArgumentNullException.ThrowIfNull(verifier);
        return signature.Member < voters.Members.Count
            && verifier.Verify(voters.Members[(int)signature.Member].Peer, SigningBytes(network, phase, attempt), signature.Signature.Span);
    }

    /// <summary>The attempt in which the signatures that this config carries were given.</summary>
    public ulong Attempt => Record.Members?.Attempt ?? 0;

    /// <summary>Whether q voters signed this config in one attempt: committed to it, which makes it the broker set, or only prepared it.</summary>
    /// <param name="previous">The set before, which a change must have the signatures of.</param>
    public bool HasQuorum(NetworkId network, EpochPhase phase, ISignatureVerifier verifier, EpochConfig? previous = null) =>
        VotersAfter(previous) is { } voters && MemberQuorum.Holds(voters, Record.Members, SigningBytes(network, phase, Attempt), verifier);

    /// <summary>The same config with these signatures of an attempt.</summary>
    public EpochConfig WithSignatures(ulong attempt, IEnumerable<MemberSignature> signatures)
    {
        var record = new Record { Kind = RecordKind.Epoch, Body = Record.Body, Members = new MemberSignatures { Attempt = attempt } };
        record.Members.Signatures.AddRange(signatures.OrderBy(signature => signature.Member));
        return TryParse(record, out var config) ? config : throw new InvalidOperationException("A parsed config parses again.");
    }
}
