using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>What a protocol needs of the node it runs on. Every method is safe for use by many threads.</summary>
/// <remarks>
/// A peer is connected while a direct connection with it is open. Limited connections, which run over a relay, are seen in
/// <see cref="Connections"/> and by <see cref="ConnectionOpened"/> only, and carry the streams of protocols that allow it.
/// Subscribers to events return fast; what they throw is logged and goes no further.
/// </remarks>
public interface IHost : IAsyncDisposable
{
    /// <summary>This node's name.</summary>
    PeerId Id { get; }

    /// <summary>This node's key pair, for protocols that sign.</summary>
    KeyPair Keys { get; }

    /// <summary>The clock of every deadline.</summary>
    TimeProvider Time { get; }

    /// <summary>The addresses this node's listeners listen on, without a trailing <c>/p2p</c>.</summary>
    IReadOnlyList<Multiaddr> ListenAddresses { get; }

    /// <summary>
    /// The addresses others are told, without a trailing <c>/p2p</c>: those given by <see cref="SetExternalAddresses"/>, and the listen addresses, of a private
    /// node without its public ones. Relayed addresses are last.
    /// </summary>
    IReadOnlyList<Multiaddr> Addresses { get; }

    /// <summary>Whether strangers can dial this node, as <see cref="SetReachability"/> told last.</summary>
    Reachability Reachability { get; }

    /// <summary>Addresses and protocols known of other peers; bounded.</summary>
    IPeerStore PeerStore { get; }

    /// <summary>The peers that have at least one open direct connection with this node.</summary>
    IReadOnlyCollection<PeerId> ConnectedPeers { get; }

    /// <summary>Every open connection, limited ones too.</summary>
    IReadOnlyList<ConnectionInfo> Connections { get; }

    /// <summary>Whether a direct connection with the peer is open.</summary>
    bool IsConnected(PeerId peer);

    /// <summary>
    /// Makes sure there is a connection: returns at once where one is open, a limited one too, else dials the given addresses and those in the peer store.
    /// </summary>
    /// <exception cref="DialException">No address led to the peer; the message lists each address with its failure.</exception>
    Task ConnectAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses, CancellationToken cancellationToken = default);

    /// <summary>Makes sure there is a connection of the kind that the options ask for.</summary>
    /// <exception cref="DialException">No address led to the peer; the message lists each address with its failure.</exception>
    Task ConnectAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses, DialOptions options, CancellationToken cancellationToken = default);

    /// <summary>Opens a stream on an existing or new direct connection and negotiates the first protocol of the list that the peer speaks.</summary>
    /// <remarks>
    /// Where the only way leads over a relay, a stream waits a little for a direct connection that a hole punch may make of it.
    /// A protocol that identify told of the peer costs no round trip: the proposal leaves with the first bytes written, and where the peer
    /// has dropped the protocol meanwhile the first read throws <see cref="ProtocolNotSupportedException"/>.
    /// </remarks>
    /// <exception cref="DialException">The peer could not be reached.</exception>
    /// <exception cref="ProtocolNotSupportedException">The peer speaks none of the protocols.</exception>
    Task<PeerStream> OpenStreamAsync(PeerId peer, IReadOnlyList<string> protocols, CancellationToken cancellationToken = default);

    /// <summary>Opens a stream where the options allow it.</summary>
    /// <exception cref="DialException">The peer could not be reached, or the connection that is named has ended or is limited.</exception>
    /// <exception cref="ProtocolNotSupportedException">The peer speaks none of the protocols.</exception>
    Task<PeerStream> OpenStreamAsync(PeerId peer, IReadOnlyList<string> protocols, StreamOptions options, CancellationToken cancellationToken = default);

    /// <summary>Registers the handler of a protocol id and announces it to connected peers (identify push).</summary>
    /// <exception cref="InvalidOperationException">The protocol already has a handler.</exception>
    void Handle(string protocol, StreamHandler handler);

    /// <summary>Registers a handler with limits of its own.</summary>
    /// <exception cref="InvalidOperationException">The protocol already has a handler.</exception>
    void Handle(string protocol, StreamHandler handler, StreamLimits limits);

    /// <summary>Removes the handler of a protocol id; streams under way go on.</summary>
    void Unhandle(string protocol);

    /// <summary>Closes every connection with the peer.</summary>
    Task DisconnectAsync(PeerId peer);

    /// <summary>Says what a peer is worth to a protocol: when connections must give way to others, those of the least sum of weights go first.</summary>
    /// <param name="tag">Names the protocol and its reason; a later weight replaces the earlier one.</param>
    /// <param name="weight">A stranger has zero. Below zero for peers that had better go.</param>
    /// <param name="halfLife">After this time half of the weight is left; null for a weight that stays.</param>
    void Tag(PeerId peer, string tag, int weight, TimeSpan? halfLife = null);

    /// <summary>Takes a tag away; nothing happens where there is none.</summary>
    void Untag(PeerId peer, string tag);

    /// <summary>Keeps a peer's connections from ever giving way to others.</summary>
    void Protect(PeerId peer, string tag);

    /// <summary>Takes one protection away.</summary>
    /// <returns>True where the peer is protected by another tag yet.</returns>
    bool Unprotect(PeerId peer, string tag);

    /// <summary>Adds a way to reach and to be reached; those added before come first.</summary>
    void AddTransport(ITransport transport);

    /// <summary>Listens on one more address.</summary>
    /// <exception cref="IOException">The address cannot be listened on; the message says why in words.</exception>
    Task ListenAsync(Multiaddr address, CancellationToken cancellationToken = default);

    /// <summary>Listens on an address no more, as it was given when listening began; connections stay. Does nothing where nobody listens.</summary>
    Task UnlistenAsync(Multiaddr address);

    /// <summary>Takes a raw connection that came in some other way than by a listener, and upgrades it as the listener.</summary>
    /// <returns>The connection in use.</returns>
    /// <exception cref="IOException">The peer broke a protocol or was too slow, or a limit refuses the connection, which is closed.</exception>
    Task<ConnectionInfo> AcceptAsync(TransportConnection raw, CancellationToken cancellationToken = default);

    /// <summary>Says where others reach this node beside what it listens on. Each source replaces what it said before; none takes it back.</summary>
    /// <param name="source">Whoever knows: compared by reference.</param>
    /// <param name="addresses">Confirmed addresses, or those that relays lend.</param>
    void SetExternalAddresses(object source, IReadOnlyList<Multiaddr> addresses);

    /// <summary>Says whether strangers can dial this node.</summary>
    void SetReachability(Reachability reachability);

    /// <summary>A connection opened, direct or limited. Comes before <see cref="PeerConnected"/>.</summary>
    event Action<ConnectionInfo>? ConnectionOpened;

    /// <summary>Identify (or a push) over this connection told who the peer is, for limited connections too.</summary>
    event Action<ConnectionInfo>? ConnectionIdentified;

    /// <summary>A connection ended, direct or limited.</summary>
    event Action<ConnectionInfo>? ConnectionClosed;

    /// <summary>The first direct connection with a peer opened.</summary>
    event Action<PeerId>? PeerConnected;

    /// <summary>The last direct connection with a peer ended.</summary>
    event Action<PeerId>? PeerDisconnected;

    /// <summary>Identify (or a push) over a direct connection told the peer's protocols and addresses, which the peer store now holds.</summary>
    event Action<PeerId>? PeerIdentified;

    /// <summary><see cref="Addresses"/> changed.</summary>
    event Action? AddressesChanged;

    /// <summary><see cref="Reachability"/> changed.</summary>
    event Action<Reachability>? ReachabilityChanged;
}
