using Google.Protobuf;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Trading;

/// <summary>The one stream of a settlement, opened by the scheduler: claim, accept, activate, lease in one and a half round trips.</summary>
internal sealed class SettleStream(PeerStream stream)
{
    /// <summary>Sends a step and reads its answer.</summary>
    /// <exception cref="IOException">The stream ended.</exception>
    public async Task<SettleResponse> AskAsync(SettleRequest request, CancellationToken cancellationToken)
    {
        await LengthPrefixed.WriteAsync(stream, request, cancellationToken);
        var bytes = await LengthPrefixed.ReadAsync(stream, MarketProtocols.MaxSmallMessage, cancellationToken) ?? throw new EndOfStreamException("The seller ended the stream.");
        return StrictParser.Parse(SettleResponse.Parser, bytes);
    }

    /// <summary>Answers the steps of a buyer until it closes.</summary>
    public static async Task ServeAsync(PeerStream stream, Func<SettleRequest, CancellationToken, Task<SettleResponse>> answer, CancellationToken cancellationToken)
    {
        // Two steps and a few repeats; an idle stream is closed, since any step can come on a new one.
        const int MaxSteps = 16;
        for (var step = 0; step < MaxSteps; step++)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            waiting.CancelAfter(TimeSpan.FromSeconds(30));
            if (await LengthPrefixed.ReadAsync(stream, MarketProtocols.MaxSmallMessage, waiting.Token) is not { } bytes) return;
            var response = await answer(StrictParser.Parse(SettleRequest.Parser, bytes), waiting.Token);
            await LengthPrefixed.WriteAsync(stream, response.ToByteArray(), waiting.Token);
        }
    }

    public void Close() => stream.Reset();
}
