using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Driver;

/// <summary>The streams with one peer. All but the queue, the gate and the token belong to the router's loop.</summary>
internal sealed class PeerSession : IDisposable
{
    private readonly CancellationTokenSource _ended;
    private readonly int _pendingHigh;
    private int _pending;
    private bool _isGraylisted;

    public PeerSession(PeerId peer, GossipsubOptions options, GossipsubCounters counters, CancellationToken stopping)
    {
        Peer = peer;
        Queue = new OutboundQueue(options, counters);
        _pendingHigh = options.PendingValidationsPerPeer;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        // Kept, because a disposed source no longer gives its token away.
        Ended = _ended.Token;
    }

    public PeerId Peer { get; }

    public OutboundQueue Queue { get; }

    /// <summary>Closed while too many of the peer's messages are under validation.</summary>
    public Gate Reading { get; } = new();

    /// <summary>Cancelled when the session is over.</summary>
    public CancellationToken Ended { get; }

    /// <summary>The stream that the peer writes to; a newer one replaces it.</summary>
    public PeerStream? Inbound { get; set; }

    /// <summary>The stream that we write to.</summary>
    public PeerStream? Outbound { get; set; }

    /// <summary>Whether we gave up opening a stream, and the router does not know of the peer until it is identified again or opens one itself.</summary>
    public bool IsDormant { get; set; }

    /// <summary>Whether everything from the peer is ignored, so that its frames need not even be decoded. Written by the loop, read by the reader.</summary>
    public bool IsGraylisted
    {
        get => Volatile.Read(ref _isGraylisted);
        set => Volatile.Write(ref _isGraylisted, value);
    }

    /// <summary>Ends when the outbound stream is given up or the session is over.</summary>
    public Task Writer { get; set; } = Task.CompletedTask;

    public void OnValidationBegun()
    {
        if (++_pending >= _pendingHigh) Reading.Close();
    }

    public void OnValidationEnded()
    {
        // Half, so that the reader is not stopped and started for every message.
        if (--_pending <= _pendingHigh / 2) Reading.Open();
    }

    /// <summary>Ends both streams and the writer.</summary>
    public void End()
    {
        _ended.Cancel();
        Inbound?.Reset();
        Outbound?.Reset();
        Reading.Open();
    }

    public void Dispose() => _ended.Dispose();
}
