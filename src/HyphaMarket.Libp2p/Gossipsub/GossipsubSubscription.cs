using System.Threading.Channels;
using HyphaMarket.Libp2p.Gossipsub.Routing;

namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>A subscription to one topic. Disposal leaves the topic and waits for the handler to finish what it is at.</summary>
public sealed class GossipsubSubscription : IAsyncDisposable
{
    private readonly GossipsubService _service;
    private readonly MessageHandler _handler;
    private readonly Channel<Deliver> _queue;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _running;
    private int _disposed;

    internal GossipsubSubscription(GossipsubService service, string topic, TopicOptions options, MessageHandler handler, int capacity)
    {
        _service = service;
        Topic = topic;
        Options = options;
        _handler = handler;
        _queue = Channel.CreateBounded<Deliver>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
        _running = Task.Run(RunAsync);
    }

    public string Topic { get; }

    public TopicOptions Options { get; }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _service.UnsubscribeAsync(this);
        await StopAsync();
    }

    /// <summary>Queues a message for the handler; false where the queue is full.</summary>
    internal bool TryDeliver(Deliver delivery) => _queue.Writer.TryWrite(delivery);

    /// <summary>Ends the handler; what still waits is not delivered.</summary>
    internal async Task StopAsync()
    {
        _queue.Writer.TryComplete();
        await _ended.CancelAsync();
        await _running;
        _ended.Dispose();
    }

    private async Task RunAsync()
    {
        var token = _ended.Token;
        while (!token.IsCancellationRequested)
        {
            try
            {
                var delivery = await _queue.Reader.ReadAsync(token);
                _service.Counters.Add(GossipsubCounter.Delivered);
                await _handler(delivery.From, delivery.Message, token);
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                // The subscription ended.
            }
            catch (ChannelClosedException)
            {
                return;
            }
            catch (Exception exception)
            {
                // A handler's fault costs the message that it was at and nothing else.
                _service.OnHandlerFault(Topic, exception);
            }
        }
    }
}
