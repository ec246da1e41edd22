using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Resources;

/// <summary>The scope of one peer, and within it one for each protocol that it has used.</summary>
internal sealed class PeerScope(PeerId peer, ScopeLimits limits) : ResourceScope(limits)
{
    // As many as there are protocols here; they go with the peer.
    private readonly Dictionary<string, ResourceScope> _protocols = new(StringComparer.Ordinal);

    public PeerId Peer => peer;

    public ResourceScope ForProtocol(string protocol)
    {
        if (_protocols.TryGetValue(protocol, out var scope)) return scope;
        scope = new ResourceScope(new ScopeLimits());
        _protocols.Add(protocol, scope);
        return scope;
    }
}
