using System.Threading.Channels;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Brokering;

/// <summary>One owner's standing stream: what waits to be written to it. A watcher that reads too slowly is cut off and comes back by itself.</summary>
internal sealed class Watcher(ParticipantId owner, bool wantsAll)
{
    /// <summary>Minutes of heartbeats, or a burst of fills.</summary>
    private const int MaxWaiting = 256;

    private readonly Channel<WatchEvent> _events = Channel.CreateBounded<WatchEvent>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    public ParticipantId Owner { get; } = owner;

    /// <summary>It watches the whole market, not only its own offers.</summary>
    public bool WantsAll { get; } = wantsAll;

    public ChannelReader<WatchEvent> Events => _events.Reader;

    public void Offer(WatchEvent told)
    {
        if (!_events.Writer.TryWrite(told)) Complete();
    }

    public void Complete() => _events.Writer.TryComplete();
}
