using HyphaMarket.Libp2p.RequestResponse;

namespace HyphaMarket.Libp2p.Relay.Messages;

/// <summary>Reads and writes the messages of both protocols on a stream, each behind its length.</summary>
internal static class RelayMessageStream
{
    public static ValueTask WriteAsync(Stream stream, HopMessage message, CancellationToken cancellationToken) =>
        LengthPrefixed.WriteAsync(stream, RelayMessageCodec.Encode(message), cancellationToken);

    public static ValueTask WriteAsync(Stream stream, StopMessage message, CancellationToken cancellationToken) =>
        LengthPrefixed.WriteAsync(stream, RelayMessageCodec.Encode(message), cancellationToken);

    /// <summary>The next message; null where it is malformed.</summary>
    /// <exception cref="InvalidDataException">The message is longer than <see cref="RelayProtocol.MaxMessageBytes"/>.</exception>
    /// <exception cref="EndOfStreamException">The stream ended before or within it.</exception>
    public static async ValueTask<HopMessage?> ReadHopAsync(Stream stream, CancellationToken cancellationToken) =>
        RelayMessageCodec.DecodeHop(await ReadAsync(stream, cancellationToken));

    /// <summary>The next message; null where it is malformed.</summary>
    /// <exception cref="InvalidDataException">The message is longer than <see cref="RelayProtocol.MaxMessageBytes"/>.</exception>
    /// <exception cref="EndOfStreamException">The stream ended before or within it.</exception>
    public static async ValueTask<StopMessage?> ReadStopAsync(Stream stream, CancellationToken cancellationToken) =>
        RelayMessageCodec.DecodeStop(await ReadAsync(stream, cancellationToken));

    private static async ValueTask<byte[]> ReadAsync(Stream stream, CancellationToken cancellationToken) =>
        await LengthPrefixed.ReadAsync(stream, RelayProtocol.MaxMessageBytes, cancellationToken) ?? throw new EndOfStreamException("The peer closed the stream without a word.");
}
