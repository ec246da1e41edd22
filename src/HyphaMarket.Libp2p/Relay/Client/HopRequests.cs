using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Relay.Messages;

namespace HyphaMarket.Libp2p.Relay.Client;

/// <summary>The two requests of the hop protocol, over a direct connection with the relay that is open. The deadline is the caller's token.</summary>
internal static class HopRequests
{
    private static readonly string[] s_hop = [RelayProtocol.HopId];

    /// <exception cref="RelayRefusedException">The relay refused, or its answer is none that we can use.</exception>
    /// <exception cref="IOException">The stream broke.</exception>
    public static async Task<RelayReservation> ReserveAsync(IHost host, PeerId relay, CancellationToken cancellationToken)
    {
        await using var stream = await host.OpenStreamAsync(relay, s_hop, cancellationToken);
        var answer = await AskAsync(stream, new HopMessage(HopMessageType.Reserve), cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
        return RelayReservation.TryAccept(host.Time.GetUtcNow(), host.Id, stream.Connection, answer, out var reservation, out var refusal) ? reservation : throw refusal;
    }

    /// <summary>Has the relay join us with a peer; the stream is the relayed connection from then on, and the caller's.</summary>
    /// <exception cref="RelayRefusedException">The relay refused, or its answer is none that we can use.</exception>
    /// <exception cref="IOException">The stream broke.</exception>
    public static async Task<(PeerStream Stream, HopMessage Answer)> ConnectAsync(IHost host, PeerId relay, PeerId target, CancellationToken cancellationToken)
    {
        var stream = await host.OpenStreamAsync(relay, s_hop, cancellationToken);
        try
        {
            var answer = await AskAsync(stream, new HopMessage(HopMessageType.Connect, target), cancellationToken);
            if (answer is not { Type: HopMessageType.Status, Status: { } status }) throw new RelayRefusedException($"the relay {relay} answered with no status");
            if (status != RelayStatus.Ok) throw new RelayRefusedException(status, $"the relay {relay} did not connect us ({status})");
            return (stream, answer);
        }
        catch
        {
            stream.Reset();
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async Task<HopMessage?> AskAsync(PeerStream stream, HopMessage request, CancellationToken cancellationToken)
    {
        try
        {
            await RelayMessageStream.WriteAsync(stream, request, cancellationToken);
            return await RelayMessageStream.ReadHopAsync(stream, cancellationToken);
        }
        catch (Exception exception)
        {
            stream.Reset();
            if (exception is InvalidDataException) throw new RelayRefusedException(exception.Message, exception);
            throw;
        }
    }
}
