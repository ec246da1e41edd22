using System.Threading.Channels;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Hosting;

public sealed partial class Host
{
    /// <summary>Events that subscribers have not been told of; beyond it no new connection is kept.</summary>
    private const int MaxEventBacklog = 16_384;

    private readonly Channel<HostEvent> _events = Channel.CreateUnbounded<HostEvent>();

    public event Action<ConnectionInfo>? ConnectionOpened;

    public event Action<ConnectionInfo>? ConnectionIdentified;

    public event Action<ConnectionInfo>? ConnectionClosed;

    public event Action<PeerId>? PeerConnected;

    public event Action<PeerId>? PeerDisconnected;

    public event Action<PeerId>? PeerIdentified;

    /// <summary>Told unless subscribers are far behind: a peer may push as often as it likes.</summary>
    internal void AnnounceIdentified(HostConnection connection)
    {
        if (_events.Reader.Count <= MaxEventBacklog) _events.Writer.TryWrite(new HostEvent(HostEventKind.Identified, connection.Peer, connection.Describe()));
    }

    private async Task EventLoopAsync()
    {
        await foreach (var happened in _events.Reader.ReadAllAsync())
        {
            switch (happened.Kind)
            {
                case HostEventKind.ConnectionOpened:
                case HostEventKind.ConnectionClosed:
                    _peerStore.SetConnected(happened.Peer, _table.Contains(happened.Peer));
                    Tell(happened.Kind == HostEventKind.ConnectionOpened ? ConnectionOpened : ConnectionClosed, happened.Connection!, happened);
                    break;
                case HostEventKind.Connected:
                    Tell(PeerConnected, happened.Peer, happened);
                    break;
                case HostEventKind.Disconnected:
                    Tell(PeerDisconnected, happened.Peer, happened);
                    break;
                case HostEventKind.Identified:
                    Tell(ConnectionIdentified, happened.Connection!, happened);
                    if (!happened.Connection!.IsLimited) Tell(PeerIdentified, happened.Peer, happened);
                    break;
                case HostEventKind.ReachabilityChanged:
                    Tell(ReachabilityChanged, happened.Reachability, happened);
                    break;
                default:
                    foreach (var subscriber in Delegate.EnumerateInvocationList(AddressesChanged)) Tell(_ => subscriber(), happened, happened);
                    break;
            }
        }
    }

    /// <summary>One subscriber that fails takes nothing from the others.</summary>
    private void Tell<T>(Action<T>? subscribers, T what, HostEvent happened)
    {
        foreach (var subscriber in Delegate.EnumerateInvocationList(subscribers))
        {
            try
            {
                subscriber(what);
            }
            catch (Exception exception)
            {
                LogSubscriberFailure(exception, happened.Kind, happened.Peer);
            }
        }
    }
}
