using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.RequestResponse;

namespace HyphaMarket.Libp2p.Kademlia;

public sealed partial class KademliaDht
{
    private readonly InboundSlots _slots;

    // "Implementations must handle additional RPC request messages on an incoming stream." "On any error, the stream is reset."
    private async Task ServeAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        if (!_slots.TryEnter(stream.Peer))
        {
            LogNoSlot(stream.Peer);
            stream.Reset();
            return;
        }
        try
        {
            for (var served = 0; served < _options.MaxRequestsPerStream; served++)
            {
                if (!await ServeOneAsync(stream, cancellationToken)) return;
            }
            await stream.CloseWriteAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or OperationCanceledException)
        {
            // The peer reset the stream, sent rubbish, or let its time pass. Nothing here is ours to mend.
            LogRefused(stream.Peer, e.Message);
            stream.Reset();
        }
        finally
        {
            _slots.Leave(stream.Peer);
        }
    }

    private async Task<bool> ServeOneAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.InboundTimeout, _host.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        if (await LengthPrefixed.ReadAsync(stream, _options.MaxMessageBytes, both.Token) is not { } bytes)
        {
            await stream.CloseWriteAsync(both.Token);
            return false;
        }
        var reply = _codec.Decode(bytes) is { } request ? Answer(stream.Peer, request) : KademliaReply.Refuse("the bytes are no message");
        if (reply.Refusal is { } reason)
        {
            LogRefused(stream.Peer, reason);
            stream.Reset();
            return false;
        }
        if (reply.Message is { } message) await LengthPrefixed.WriteAsync(stream, KadMessageCodec.Encode(message), both.Token);
        return true;
    }

    private KademliaReply Answer(PeerId from, KadMessage request)
    {
        lock (_gate)
        {
            var now = _host.Time.GetUtcNow();
            _core.Table.OnHeard(now, from);
            return _core.Answer(now, from, request);
        }
    }
}
