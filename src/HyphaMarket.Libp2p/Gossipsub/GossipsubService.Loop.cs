using System.Threading.Channels;
using HyphaMarket.Libp2p.Gossipsub.Driver;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub;

public sealed partial class GossipsubService
{
    private const string MeshTag = "gossipsub-mesh", GraylistTag = "gossipsub-graylist", ExplicitTag = "gossipsub-explicit";

    /// <summary>A mesh member's worth when connections must give way: every message of a topic comes through it, so four times a member of the Kademlia table.</summary>
    private const int MeshWeight = 20;

    /// <summary>Of a peer that we do not listen to we have nothing, whatever else it is good for.</summary>
    private const int GraylistWeight = -100;

    /// <summary>Members that are pruned come back as often as not once their back-off of a minute is over.</summary>
    private static readonly TimeSpan s_meshHalfLife = TimeSpan.FromMinutes(1);

    /// <summary>Peers that took the message being published.</summary>
    private int _taken;

    private TimeSpan Now => _host.Time.GetElapsedTime(_origin);

    /// <summary>Runs one input and what follows from it.</summary>
    private void RunInput(Action input)
    {
        if (_stopping.IsCancellationRequested) return;
        try
        {
            input();
            CarryOutEffects();
        }
        catch (Exception exception)
        {
            // One input's fault must not end the service for all peers; what it was is told.
            OnLoopFault(exception);
        }
    }

    private void OnLoopFault(Exception exception)
    {
        Counters.Add(GossipsubCounter.LoopFaults);
        LogLoopFault(exception);
    }

    private async Task RunHeartbeatAsync()
    {
        using var timer = new PeriodicTimer(_options.HeartbeatInterval, _host.Time);
        try
        {
            var heartbeat = Heartbeat;
            while (await timer.WaitForNextTickAsync(_stopping.Token)) await PostAsync(heartbeat, _stopping.Token);
        }
        catch (Exception exception) when (_stopping.IsCancellationRequested && exception is OperationCanceledException or ChannelClosedException)
        {
            // The service ends.
        }
    }

    private void Heartbeat()
    {
        // Events of the host may have been lost while the loop was behind; its lists are the truth.
        foreach (var session in _sessions.Values.Where(session => !_host.IsConnected(session.Peer)).ToArray()) RemoveSession(session);
        foreach (var peer in _host.ConnectedPeers) ConsiderPeer(peer, identifiedAgain: false);
        _router.OnHeartbeat(Now);
        foreach (var session in _sessions.Values)
        {
            session.IsGraylisted = _router.IsGraylisted(session.Peer);
            // Told anew each time while it lasts; a peer that leaves the mesh loses the weight by itself.
            if (_router.IsInMesh(session.Peer)) _host.Tag(session.Peer, MeshTag, MeshWeight, s_meshHalfLife);
            if (session.IsGraylisted) _host.Tag(session.Peer, GraylistTag, GraylistWeight, s_meshHalfLife);
        }
    }

    private void OnRpc(PeerSession session, Rpc rpc)
    {
        _router.OnRpc(Now, session.Peer, rpc);
        session.IsGraylisted = _router.IsGraylisted(session.Peer);
    }

    private void CarryOutEffects()
    {
        while (_router.TryTake(out var effect))
        {
            switch (effect)
            {
                case SendRpc send:
                    Enqueue(send);
                    break;
                case Validate request:
                    var session = _sessions.GetValueOrDefault(request.From);
                    session?.OnValidationBegun();
                    if (!_validations.Writer.TryWrite((request, session))) throw new InvalidOperationException("More messages under validation than the router allows.");
                    break;
                case Deliver delivery:
                    if (_subscriptions.TryGetValue(delivery.Message.Topic, out var subscription) && !subscription.TryDeliver(delivery))
                    {
                        Counters.Add(GossipsubCounter.DeliveriesDropped);
                    }
                    break;
                case Withdraw withdraw:
                    if (_sessions.TryGetValue(withdraw.To, out var owner)) owner.Queue.Withdraw(withdraw.MessageIds);
                    break;
                case ConnectTo suggestion:
                    _dials.Suggest(suggestion);
                    break;
                default:
                    throw new InvalidOperationException($"Unknown effect {effect.GetType().Name}.");
            }
        }
    }

    private void Enqueue(SendRpc send)
    {
        if (!_sessions.TryGetValue(send.To, out var session)) return;
        if (session.Queue.TryEnqueue(send.Rpc, send.Priority, send.MessageId))
        {
            if (send.Priority == SendPriority.Message) _taken++;
        }
        else if (send.Priority == SendPriority.Control)
        {
            // Without its control messages the peer's view and ours would drift apart; a new stream begins with the whole state.
            Counters.Add(GossipsubCounter.PeersTooSlow);
            session.Queue.Clear();
            session.Outbound?.Reset();
        }
    }

    private PublishResult PublishInLoop(PubsubMessage message, TopicOptions options)
    {
        var result = _router.Publish(Now, message, options);
        if (result.Status == PublishStatus.Duplicate) return result;
        // Nothing but the publication's own sends is waiting, since effects are carried out after every input.
        _taken = 0;
        CarryOutEffects();
        return result with { Peers = _taken, Status = _taken == 0 ? PublishStatus.NoPeers : PublishStatus.Sent };
    }

    private void OnPeerSeen(PeerId peer) => _inputs.TryPost(() => ConsiderPeer(peer, identifiedAgain: false));

    private void OnPeerIdentified(PeerId peer) => _inputs.TryPost(() => ConsiderPeer(peer, identifiedAgain: true));

    private void OnPeerLost(PeerId peer) => _inputs.TryPost(() =>
    {
        if (_sessions.TryGetValue(peer, out var session) && !_host.IsConnected(peer)) RemoveSession(session);
    });

    /// <summary>Begins to speak with a connected peer if it is known to speak one of our protocols.</summary>
    private void ConsiderPeer(PeerId peer, bool identifiedAgain)
    {
        if (_sessions.TryGetValue(peer, out var session))
        {
            if (!session.IsDormant || !identifiedAgain) return;
            RemoveSession(session);
        }
        if (!_host.IsConnected(peer)) return;
        var spoken = _host.PeerStore.GetProtocols(peer);
        if (_protocols.FirstOrDefault(spoken.Contains) is { } protocol) AddSession(peer, VersionOf(protocol));
    }

    private PeerSession? AddSession(PeerId peer, GossipVersion version)
    {
        var session = new PeerSession(peer, _options, Counters, _stopping.Token);
        _sessions.Add(peer, session);
        if (!_router.OnPeer(Now, peer, version, _isOutbound(peer)))
        {
            RemoveSession(session);
            return null;
        }
        session.Writer = Task.Run(() => WriteAsync(session));
        return session;
    }

    private void RemoveSession(PeerSession session)
    {
        if (!_sessions.Remove(session.Peer)) return;
        _router.OnPeerGone(Now, session.Peer);
        session.End();
        // The writer uses the session's token until it ends.
        _ = session.Writer.ContinueWith(_ => session.Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private static GossipVersion VersionOf(string protocol) => protocol switch
    {
        MeshV12 => GossipVersion.MeshV12,
        MeshV11 => GossipVersion.MeshV11,
        MeshV10 => GossipVersion.MeshV10,
        _ => GossipVersion.Floodsub,
    };

    private ValueTask PostAsync(Action input, CancellationToken cancellationToken) => _inputs.PostAsync(input, cancellationToken);

    /// <summary>Has the loop compute something.</summary>
    /// <exception cref="ObjectDisposedException">The service has ended.</exception>
    private async Task<T> AskLoopAsync<T>(Func<T> question, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await PostAsync(
                () =>
                {
                    try
                    {
                        answer.TrySetResult(question());
                    }
                    catch (Exception exception)
                    {
                        answer.TrySetException(exception);
                    }
                },
                cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(GossipsubService));
        }
        // Mostly it has been answered by now, on this very thread.
        if (answer.Task.IsCompleted) return await answer.Task;
        using var stop = _stopping.Token.Register(() => answer.TrySetException(new ObjectDisposedException(nameof(GossipsubService))));
        return await answer.Task.WaitAsync(cancellationToken);
    }
}
