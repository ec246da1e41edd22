using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Kademlia.Lookups;

/// <summary>What one lookup knows of one peer. All paths share it, so that no peer is asked twice.</summary>
internal sealed class LookupPeer(PeerId id, KadDistance distance, int hops)
{
    public enum Progress { Candidate, Waiting, Answered, Failed }

    public PeerId Id { get; } = id;
    public KadDistance Distance { get; } = distance;

    /// <summary>Answers that led here, plus one for asking it.</summary>
    public int Hops { get; } = hops;
    public Progress State { get; set; }

    /// <summary>The path that asked it; its answer feeds that path alone.</summary>
    public int Path { get; set; } = -1;
    public List<Multiaddr> Addresses { get; } = [];

    /// <summary>Adds what another peer says, so that one liar's wrong address does not hide the true one.</summary>
    public void AddAddresses(IReadOnlyList<Multiaddr> addresses, int most)
    {
        foreach (var address in addresses)
        {
            if (Addresses.Count >= most) return;
            if (!Addresses.Contains(address)) Addresses.Add(address);
        }
    }
}
