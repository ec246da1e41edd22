using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Kademlia.Persistence;

/// <summary>The bytes of a kept routing table.</summary>
/// <remarks>
/// Magic (8 bytes), version (2), protocol id (length and text), number of peers, and for each peer its id, its two times in milliseconds
/// since 1970, and its addresses; then the SHA-256 of all before. Lengths and counts are varints, fixed-width numbers little-endian. The
/// protocol id keeps a table from being used in another network.
/// </remarks>
internal static class RoutingTableCodec
{
    public const ushort Version = 1;

    /// <summary>The largest file that is read, far above what <see cref="KademliaOptions.MaxSavedPeers"/> peers take.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private const int MaxPeers = 4_096;
    private const int MaxAddresses = 256;
    private static ReadOnlySpan<byte> Magic => "HYPHAKAD"u8;

    public static byte[] Encode(string protocol, IReadOnlyList<SavedPeer> peers)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(peers);
        var output = new ArrayBufferWriter<byte>();
        output.Write(Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(output.GetSpan(2), Version);
        output.Advance(2);
        WriteBytes(output, Encoding.UTF8.GetBytes(protocol));
        WriteNumber(output, peers.Count);
        foreach (var peer in peers)
        {
            WriteBytes(output, peer.Peer.Span);
            WriteTime(output, peer.FirstSeen);
            WriteTime(output, peer.LastSeen);
            WriteNumber(output, peer.Addresses.Count);
            foreach (var address in peer.Addresses) WriteBytes(output, address.Bytes.Span);
        }
        output.Write(SHA256.HashData(output.WrittenSpan));
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <returns>The peers, or null and the reason why the bytes are not used.</returns>
    public static IReadOnlyList<SavedPeer>? Decode(ReadOnlySpan<byte> bytes, string protocol, out string problem)
    {
        problem = "";
        if (bytes.Length > MaxBytes) problem = $"it has {bytes.Length} bytes, more than {MaxBytes}";
        else if (bytes.Length < Magic.Length + 2 + SHA256.HashSizeInBytes || !bytes.StartsWith(Magic)) problem = "it does not begin as a routing table does";
        else if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[Magic.Length..]) is var version && version != Version) problem = $"it is of version {version}, not {Version}";
        else if (!SHA256.HashData(bytes[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..])) problem = "its checksum is wrong";
        if (problem.Length > 0) return null;
        var rest = bytes[(Magic.Length + 2)..^SHA256.HashSizeInBytes];
        if (!TryReadBytes(ref rest, out var name) || !TryReadNumber(ref rest, MaxPeers, out var count)) return Malformed(out problem);
        if (!name.SequenceEqual(Encoding.UTF8.GetBytes(protocol)))
        {
            problem = "it belongs to another network";
            return null;
        }
        var peers = new List<SavedPeer>();
        while (peers.Count < count)
        {
            if (!TryReadPeer(ref rest, out var peer)) return Malformed(out problem);
            peers.Add(peer!);
        }
        return rest.IsEmpty ? peers : Malformed(out problem);
    }

    private static List<SavedPeer>? Malformed(out string problem)
    {
        problem = "its content is malformed";
        return null;
    }

    private static bool TryReadPeer(ref ReadOnlySpan<byte> rest, out SavedPeer? peer)
    {
        peer = null;
        if (!TryReadBytes(ref rest, out var idBytes) || !PeerId.TryFromBytes(idBytes, out var id)) return false;
        if (!TryReadTime(ref rest, out var first) || !TryReadTime(ref rest, out var last) || !TryReadNumber(ref rest, MaxAddresses, out var count)) return false;
        var addresses = new List<Multiaddr>();
        while (addresses.Count < count)
        {
            if (!TryReadBytes(ref rest, out var addressBytes) || !Multiaddr.TryFromBytes(addressBytes, out var address) || address is null) return false;
            addresses.Add(address);
        }
        peer = new SavedPeer(id, addresses, first, last);
        return true;
    }

    private static void WriteNumber(ArrayBufferWriter<byte> output, int number) => output.Advance(Varint.Write(output.GetSpan(Varint.MaxLength), (ulong)number));

    private static void WriteBytes(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        WriteNumber(output, bytes.Length);
        output.Write(bytes);
    }

    private static void WriteTime(ArrayBufferWriter<byte> output, DateTimeOffset time)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(8), time.ToUnixTimeMilliseconds());
        output.Advance(8);
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> rest, int most, out int number)
    {
        var ok = Varint.TryTake(ref rest, out var value) && value <= (ulong)most;
        number = ok ? (int)value : 0;
        return ok;
    }

    private static bool TryReadBytes(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (!TryReadNumber(ref rest, MaxBytes, out var length) || length > rest.Length) return false;
        bytes = rest[..length];
        rest = rest[length..];
        return true;
    }

    private static bool TryReadTime(ref ReadOnlySpan<byte> rest, out DateTimeOffset time)
    {
        time = default;
        if (rest.Length < 8) return false;
        var milliseconds = BinaryPrimitives.ReadInt64LittleEndian(rest);
        rest = rest[8..];
        if (milliseconds < 0 || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()) return false;
        time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return true;
    }
}
