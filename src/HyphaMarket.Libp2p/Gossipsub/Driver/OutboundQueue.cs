using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Muxing;

namespace HyphaMarket.Libp2p.Gossipsub.Driver;

/// <summary>What waits for one peer's stream: control first, then refusals, messages and gossip. Filled by the router's loop, emptied by one writer.</summary>
internal sealed class OutboundQueue(GossipsubOptions options, GossipsubCounters counters)
{
    /// <summary>Most messages in one frame: a fifth of what js-libp2p and our own decoder accept.</summary>
    private const int MaxFrameMessages = 1000;

    private readonly Lock _gate = new();
    private readonly Queue<Rpc> _control = new(), _refusals = new(), _gossip = new();
    private readonly Queue<(Rpc Rpc, MessageId Id)> _messages = new();
    private readonly HashSet<MessageId> _withdrawn = [];
    private readonly AsyncSignal _signal = new();
    private long _messageBytes;
    private bool _isComplete;

    /// <summary>Adds an RPC.</summary>
    /// <returns>False where there was no room: gossip, refusals and messages are dropped and counted; for control the stream must be given up.</returns>
    public bool TryEnqueue(Rpc rpc, SendPriority priority, MessageId id = default)
    {
        lock (_gate)
        {
            switch (priority)
            {
                case SendPriority.Control:
                    if (_control.Count >= options.MaxQueuedControl) return false;
                    _control.Enqueue(rpc);
                    break;
                case SendPriority.Message:
                    var size = rpc.Messages[0].Encoded.Length;
                    if (_messages.Count >= options.MaxQueuedMessages || _messageBytes + size > options.MaxQueuedBytes)
                    {
                        counters.Add(GossipsubCounter.OutboundMessagesDropped);
                        return false;
                    }
                    _messages.Enqueue((rpc, id));
                    _messageBytes += size;
                    break;
                default:
                    var queue = priority == SendPriority.Refusal ? _refusals : _gossip;
                    // A peer that is behind with messages has no use for hearing of more.
                    if (queue.Count >= options.MaxQueuedGossip || (queue == _gossip && _messages.Count > options.MaxQueuedMessages / 2))
                    {
                        counters.Add(GossipsubCounter.OutboundGossipDropped);
                        return false;
                    }
                    queue.Enqueue(rpc);
                    break;
            }
        }
        _signal.Set();
        return true;
    }

    /// <summary>Sends these messages no more where they still wait; bounded by the messages that wait.</summary>
    public void Withdraw(IReadOnlyList<MessageId> ids)
    {
        lock (_gate)
        {
            if (_messages.Count == 0) return;
            var waiting = _messages.Select(message => message.Id).ToHashSet();
            _withdrawn.UnionWith(ids.Where(waiting.Contains));
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _control.Clear();
            _refusals.Clear();
            _messages.Clear();
            _withdrawn.Clear();
            _gossip.Clear();
            _messageBytes = 0;
        }
    }

    /// <summary>Nothing is added any more: once what waits is taken, the end is told.</summary>
    public void Complete()
    {
        lock (_gate) _isComplete = true;
        _signal.Set();
    }

    /// <summary>Waits for something to send and joins as much of it as makes a good frame into one RPC; null at the end, or once it is to stop.</summary>
    public async ValueTask<Rpc?> TakeAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (TryTake() is { } rpc) return rpc;
            lock (_gate)
            {
                if (_isComplete && IsEmpty) return null;
            }
            // No exception, which would be thrown for every peer that goes.
            await using (stop.UnsafeRegister(static signal => ((AsyncSignal)signal!).Set(), _signal)) await _signal.WaitAsync();
        }
        return null;
    }

    /// <summary>The next frame; null where nothing waits.</summary>
    internal Rpc? TryTake()
    {
        lock (_gate)
        {
            DropWithdrawn();
            if (IsEmpty) return null;
            // What mostly waits is one thing, and that is a frame already.
            if (_control.Count + _refusals.Count + _messages.Count + _gossip.Count == 1) return TakeOnly();
            var frame = new FrameBuilder();
            var size = 0;
            while (_control.TryPeek(out var control) && Fits(control, ref size)) frame.Add(_control.Dequeue());
            while (_refusals.TryPeek(out var refusal) && Fits(refusal, ref size)) frame.Add(_refusals.Dequeue());
            while (frame.MessageCount < MaxFrameMessages && _messages.TryPeek(out var message) && Fits(message.Rpc, ref size))
            {
                frame.Add(DequeueMessage());
                DropWithdrawn();
            }
            while (_messages.Count == 0 && _gossip.TryPeek(out var gossip) && Fits(gossip, ref size)) frame.Add(_gossip.Dequeue());
            return frame.Build();
        }
    }

    private bool IsEmpty => _control.Count + _refusals.Count + _messages.Count + _gossip.Count == 0;

    private Rpc TakeOnly()
    {
        if (_messages.Count > 0) return DequeueMessage();
        return _control.Count > 0 ? _control.Dequeue() : _refusals.Count > 0 ? _refusals.Dequeue() : _gossip.Dequeue();
    }

    private Rpc DequeueMessage()
    {
        var (rpc, _) = _messages.Dequeue();
        _messageBytes -= rpc.Messages[0].Encoded.Length;
        if (_messages.Count == 0) _withdrawn.Clear();
        return rpc;
    }

    /// <summary>Takes withdrawn messages from the front, so that the next one is to be sent.</summary>
    private void DropWithdrawn()
    {
        while (_withdrawn.Count > 0 && _messages.TryPeek(out var message) && _withdrawn.Remove(message.Id))
        {
            DequeueMessage();
            counters.Add(GossipsubCounter.CopiesSpared);
        }
    }

    /// <summary>Whether one more part keeps the frame within its target; the first part always fits.</summary>
    private bool Fits(Rpc part, ref int size)
    {
        var grown = size + RpcEncoder.SizeOf(part);
        if (size > 0 && grown > options.FrameTargetBytes) return false;
        size = grown;
        return true;
    }
}
