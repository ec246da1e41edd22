using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using HyphaMarket.Libp2p.Hosting.Messages;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Keeps what a peer store knows in one file, so that a restarted node finds its network without its first contacts.</summary>
/// <remarks>
/// The file: 8 bytes that name it, a version (4 bytes, big-endian), SHA-256 of the body (32 bytes), and the body (<c>proto/libp2p/peer_store.proto</c>). It is replaced
/// whole, so a crash leaves the old one or the new one; only its owner may read it, for it says who talks with whom. Calls must not overlap.
/// </remarks>
public sealed class PeerStoreFile
{
    /// <summary>The largest file, written or read: ten thousand peers with four addresses, a record and a protocol list have about 10 MiB. Peers beyond it are left out, the least valuable first.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private const uint Version = 1;
    private const int HeaderLength = 8 + 4 + SHA256.HashSizeInBytes;

    private readonly string _path;

    /// <param name="path">The file; its folder must exist.</param>
    public PeerStoreFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = Path.GetFullPath(path);
    }

    private static ReadOnlySpan<byte> Magic => "HMPEERS\n"u8;

    /// <summary>Where a file that could not be understood is left for somebody to look at; the next one takes its place.</summary>
    public string DamagedPath => _path + ".damaged";

    /// <summary>Takes the file's peers into a store. A file that is missing, damaged or unreadable is never fatal.</summary>
    public PeerStoreLoad Load(PeerStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        try
        {
            var bytes = PrivateFile.ReadBounded(_path, MaxBytes);
            return Decode(bytes, out var peers) is { } fault ? SetAside(fault) : new PeerStoreLoad(store.Import(peers), null);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return new PeerStoreLoad(0, null);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new PeerStoreLoad(0, $"The known peers in {_path} cannot be read: {unreadable.Message}");
        }
    }

    /// <summary>Writes the store's peers in place of the file.</summary>
    /// <exception cref="IOException">The disk refused; the file before is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder refused; the file before is as it was.</exception>
    public void Save(PeerStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        PrivateFile.Replace(_path, Encode(store.Export()));
    }

    internal static byte[] Encode(IReadOnlyList<StoredPeer> peers)
    {
        var body = new PeerStoreBody();
        var size = HeaderLength;
        foreach (var peer in peers)
        {
            var message = ToMessage(peer);
            // The tag and the length before each peer take at most five bytes.
            size += message.CalculateSize() + 5;
            if (size > MaxBytes) break;
            body.Peers.Add(message);
        }
        var bytes = new byte[HeaderLength + body.CalculateSize()];
        body.WriteTo(bytes.AsSpan(HeaderLength));
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(Magic.Length), Version);
        SHA256.HashData(bytes.AsSpan(HeaderLength), bytes.AsSpan(Magic.Length + sizeof(uint)));
        return bytes;
    }

    /// <summary>Reads a file's bytes; the answer is what is wrong with them, or null. Never throws.</summary>
    internal static string? Decode(ReadOnlySpan<byte> bytes, out IReadOnlyList<StoredPeer> peers)
    {
        peers = [];
        if (bytes.Length > MaxBytes) return $"it has more than {MaxBytes} bytes";
        if (bytes.Length < HeaderLength || !bytes.StartsWith(Magic)) return "it is no file of known peers";
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes[Magic.Length..]) is var version && version != Version) return $"its version is {version}, and this program reads version {Version}";
        var body = bytes[HeaderLength..];
        if (!SHA256.HashData(body).AsSpan().SequenceEqual(bytes.Slice(Magic.Length + sizeof(uint), SHA256.HashSizeInBytes))) return "its checksum is wrong";
        try
        {
            peers = [.. PeerStoreBody.Parser.ParseFrom(body).Peers.Select(ToPeer).OfType<StoredPeer>()];
            return null;
        }
        catch (InvalidProtocolBufferException malformed)
        {
            return $"its content is malformed ({malformed.Message})";
        }
    }

    private static PeerStoreBody.Types.Peer ToMessage(StoredPeer peer)
    {
        var message = new PeerStoreBody.Types.Peer
        {
            Id = ByteString.CopyFrom(peer.Peer.Span),
            SignedRecord = peer.Record is { } record ? ByteString.CopyFrom(record.Span) : ByteString.Empty,
            AgentVersion = peer.AgentVersion ?? "",
            LastSeenUnixMs = peer.LastSeen?.ToUnixTimeMilliseconds() ?? 0,
        };
        if (peer.Sequence is { } sequence) message.Sequence = sequence;
        message.Protocols.AddRange(peer.Protocols);
        message.Addresses.AddRange(peer.Addresses.Select(address => new PeerStoreBody.Types.Address
        {
            Multiaddr = ByteString.CopyFrom(address.Address.Bytes.Span),
            ExpiresUnixMs = address.Expires.ToUnixTimeMilliseconds(),
            HasWorked = address.HasWorked,
        }));
        return message;
    }

    /// <summary>Null where the peer has no name: a file of another build may hold what this one cannot read.</summary>
    private static StoredPeer? ToPeer(PeerStoreBody.Types.Peer message)
    {
        if (!PeerId.TryFromBytes(message.Id.Span, out var peer)) return null;
        var addresses = new List<StoredAddress>();
        foreach (var address in message.Addresses)
        {
            if (!Multiaddr.TryFromBytes(address.Multiaddr.Span, out var multiaddr) || Instant(address.ExpiresUnixMs) is not { } expires) continue;
            addresses.Add(new StoredAddress(multiaddr, AddressOrigin.Hearsay, expires, address.HasWorked));
        }
        return new StoredPeer(
            peer,
            addresses,
            message.HasSequence ? message.Sequence : null,
            message.SignedRecord.IsEmpty ? default(ReadOnlyMemory<byte>?) : message.SignedRecord.Memory,
            message.Protocols,
            message.AgentVersion.Length == 0 ? null : message.AgentVersion,
            message.LastSeenUnixMs == 0 ? null : Instant(message.LastSeenUnixMs));
    }

    /// <summary>Null where the number is beyond the calendar, of which <see cref="DateTimeOffset"/> would make an exception.</summary>
    private static DateTimeOffset? Instant(long unixMs) =>
        unixMs >= 0 && unixMs <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(unixMs) : null;

    private PeerStoreLoad SetAside(string fault)
    {
        var told = $"The known peers in {_path} cannot be used: {fault}.";
        try
        {
            File.Move(_path, DamagedPath, overwrite: true);
            return new PeerStoreLoad(0, $"{told} The file was left in {DamagedPath}; the node finds its peers anew.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new PeerStoreLoad(0, $"{told} It could not be set aside either: {exception.Message}");
        }
    }
}
