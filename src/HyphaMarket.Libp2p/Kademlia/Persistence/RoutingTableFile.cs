using HyphaMarket.Libp2p.Hosting;

namespace HyphaMarket.Libp2p.Kademlia.Persistence;

/// <summary>Keeps a routing table in one file, so that a restarted node finds its network without bootstrap peers.</summary>
/// <remarks>
/// The file is replaced as a whole and belongs to its owner alone (0600): it tells whom the node knows, and whoever could write it would
/// choose whom the node meets first. Peers read from it are only where to look; each must answer before it has a place again.
/// </remarks>
public static class RoutingTableFile
{
    /// <summary>Writes the table beside the file and then puts it in its place, so that a crash leaves the old table or the new one.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not ours to write.</exception>
    public static void Save(string path, string protocol, IReadOnlyList<SavedPeer> peers)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        PrivateFile.Replace(path, RoutingTableCodec.Encode(protocol, peers));
    }

    /// <summary>Reads the table. A file that is damaged, of another version or another network is told and set aside, never used in part.</summary>
    /// <exception cref="IOException">The file is there and cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is not ours to read.</exception>
    public static RoutingTableLoad Load(string path, string protocol)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path)) return new RoutingTableLoad([], null, null);
        if (RoutingTableCodec.Decode(PrivateFile.ReadBounded(path, RoutingTableCodec.MaxBytes), protocol, out var problem) is { } peers) return new RoutingTableLoad(peers, null, null);
        var aside = path + ".damaged";
        File.Move(path, aside, overwrite: true);
        return new RoutingTableLoad([], $"The routing table {path} is not used: {problem}.", aside);
    }
}
