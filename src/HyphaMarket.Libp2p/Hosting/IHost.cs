using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>What a protocol needs of the node it runs on. Every method is safe for use by many threads.</summary>
public interface IHost : IAsyncDisposable
{
    /// <summary>This node's name.</summary>
    PeerId Id { get; }

    /// <summary>This node's key pair, for protocols that sign.</summary>
    KeyPair Keys { get; }

    /// <summary>The clock of every deadline.</summary>
    TimeProvider Time { get; }

    /// <summary>The addresses this node listens on and tells others, without the trailing <c>/p2p</c>.</summary>
    IReadOnlyList<Multiaddr> Addresses { get; }

    /// <summary>Addresses and protocols known of other peers; bounded.</summary>
    IPeerStore PeerStore { get; }

    /// <summary>The peers that have at least one open connection with this node.</summary>
    IReadOnlyCollection<PeerId> ConnectedPeers { get; }

    bool IsConnected(PeerId peer);

    /// <summary>
    /// Makes sure there is a connection: returns at once where one is open, else dials the given addresses and those in the peer store.
    /// </summary>
    /// <exception cref="DialException">No address led to the peer; the message lists each address with its failure.</exception>
    Task ConnectAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses, CancellationToken cancellationToken = default);

    /// <summary>Opens a stream on an existing or new connection and negotiates the first protocol of the list that the peer speaks.</summary>
    /// <remarks>
    /// A protocol that identify told of the peer costs no round trip: the proposal leaves with the first bytes written, and where the peer
    /// has dropped the protocol meanwhile the first read throws <see cref="ProtocolNotSupportedException"/>.
    /// </remarks>
    /// <exception cref="DialException">The peer could not be reached.</exception>
    /// <exception cref="ProtocolNotSupportedException">The peer speaks none of the protocols.</exception>
    Task<PeerStream> OpenStreamAsync(PeerId peer, IReadOnlyList<string> protocols, CancellationToken cancellationToken = default);

    /// <summary>Registers the handler of a protocol id and announces it to connected peers (identify push).</summary>
    /// <exception cref="InvalidOperationException">The protocol already has a handler.</exception>
    void Handle(string protocol, StreamHandler handler);

    /// <summary>Removes the handler of a protocol id; streams under way go on.</summary>
    void Unhandle(string protocol);

    /// <summary>Closes every connection with the peer.</summary>
    Task DisconnectAsync(PeerId peer);

    /// <summary>The first connection with a peer opened. Subscribers return fast; an exception is logged and goes no further.</summary>
    event Action<PeerId>? PeerConnected;

    /// <summary>The last connection with a peer ended.</summary>
    event Action<PeerId>? PeerDisconnected;

    /// <summary>Identify (or a push) told the peer's protocols and addresses, which the peer store now holds.</summary>
    event Action<PeerId>? PeerIdentified;
}
