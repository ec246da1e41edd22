using System.Threading.Channels;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Wire;

namespace HyphaMarket.Libp2p.Gossipsub.Driver;

/// <summary>What waits for one peer's stream: control first, then messages, then gossip. Filled by the router's loop, emptied by one writer.</summary>
internal sealed class OutboundQueue(GossipsubOptions options, GossipsubCounters counters)
{
    /// <summary>Most messages in one frame: a fifth of what js-libp2p and our own decoder accept.</summary>
    private const int MaxFrameMessages = 1000;

    private readonly Lock _gate = new();
    private readonly Queue<Rpc> _control = new(), _messages = new(), _gossip = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private long _messageBytes;

    /// <summary>Adds an RPC.</summary>
    /// <returns>False where there was no room: gossip and messages are dropped and counted; for control the stream must be given up.</returns>
    public bool TryEnqueue(Rpc rpc, SendPriority priority)
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
                    _messages.Enqueue(rpc);
                    _messageBytes += size;
                    break;
                default:
                    // A peer that is behind with messages has no use for hearing of more.
                    if (_gossip.Count >= options.MaxQueuedGossip || _messages.Count > options.MaxQueuedMessages / 2)
                    {
                        counters.Add(GossipsubCounter.OutboundGossipDropped);
                        return false;
                    }
                    _gossip.Enqueue(rpc);
                    break;
            }
        }
        _signal.Writer.TryWrite(true);
        return true;
    }

    public void Clear()
    {
        lock (_gate)
        {
            _control.Clear();
            _messages.Clear();
            _gossip.Clear();
            _messageBytes = 0;
        }
    }

    /// <summary>Waits for something to send and joins as much of it as makes a good frame into one RPC.</summary>
    public async ValueTask<Rpc> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake() is { } rpc) return rpc;
            await _signal.Reader.ReadAsync(cancellationToken);
        }
    }

    /// <summary>The next frame; null where nothing waits.</summary>
    internal Rpc? TryTake()
    {
        lock (_gate)
        {
            if (_control.Count + _messages.Count + _gossip.Count == 0) return null;
            var frame = new FrameBuilder();
            var size = 0;
            while (_control.TryPeek(out var control) && Fits(control, ref size)) frame.Add(_control.Dequeue());
            while (frame.MessageCount < MaxFrameMessages && _messages.TryPeek(out var message) && Fits(message, ref size))
            {
                _messageBytes -= message.Messages[0].Encoded.Length;
                frame.Add(_messages.Dequeue());
            }
            while (_messages.Count == 0 && _gossip.TryPeek(out var gossip) && Fits(gossip, ref size)) frame.Add(_gossip.Dequeue());
            return frame.Build();
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
