using System.Runtime.CompilerServices;

namespace HyphaMarket.Libp2p.Negotiation;

/// <summary>multistream-select 1.0 over a stream: two peers agree on the protocol that the rest of the stream speaks.</summary>
/// <remarks>Source: libp2p/specs connections/README.md. Neither side reads a byte beyond the negotiation. Deadlines are the caller's tokens.</remarks>
public static class Multistream
{
    /// <summary>The most proposals in one negotiation: no peer of use speaks more versions of one thing, and a longer list is a probe.</summary>
    public const int MaxProposals = 32;

    private delegate bool Take(out string message);

    /// <summary>Proposes protocols in order until the peer agrees.</summary>
    /// <returns>The protocol agreed on, or null where the peer refused them all.</returns>
    /// <exception cref="ArgumentException">The list is empty or too long, or holds what is no protocol id.</exception>
    /// <exception cref="NegotiationException">The peer broke the protocol or ended the stream.</exception>
    public static async Task<string?> SelectAsync(Stream stream, IReadOnlyList<string> protocols, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(protocols);
        var negotiation = new DialerNegotiation(protocols);
        var reader = new MultistreamReader(stream);
        while (!negotiation.IsFinished)
        {
            await SendAsync(stream, negotiation.TryTake, cancellationToken);
            var message = await reader.ReadAsync(cancellationToken) ?? throw new NegotiationException("The peer closed the stream before it answered a proposal.");
            negotiation.OnMessage(message);
        }
        return negotiation.Selected;
    }

    /// <summary>Answers proposals until one is of a protocol spoken here.</summary>
    /// <param name="speaks">True for the protocols spoken here; called with whatever text the peer sends.</param>
    /// <returns>The protocol agreed on, or null where the peer ended the stream without one.</returns>
    /// <exception cref="NegotiationException">The peer broke the protocol or proposed too many protocols that are not spoken here.</exception>
    public static async Task<string?> AcceptAsync(Stream stream, Func<string, bool> speaks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(speaks);
        var negotiation = new ListenerNegotiation(speaks);
        var reader = new MultistreamReader(stream);
        while (negotiation.Selected is null)
        {
            if (await ReadAndSendAsync(stream, reader, negotiation, cancellationToken) is not { } message) return null;
            negotiation.OnMessage(message);
        }
        await SendAsync(stream, negotiation.TryTake, cancellationToken);
        return negotiation.Selected;
    }

    // A dialler usually sends header and proposal together. What is here already is read first, so that one write answers both;
    // only when the peer waits for our word is it sent while we wait for his.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<string?> ReadAndSendAsync(Stream stream, MultistreamReader reader, ListenerNegotiation negotiation, CancellationToken cancellationToken)
    {
        var reading = reader.ReadAsync(cancellationToken);
        if (reading.IsCompleted) return await reading;
        var pending = reading.AsTask();
        await Task.WhenAll(pending, SendAsync(stream, negotiation.TryTake, cancellationToken).AsTask());
        return await pending;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask SendAsync(Stream stream, Take take, CancellationToken cancellationToken)
    {
        // A side never has more to say at one time than the header and one answer, or a few refusals in a row.
        var messages = new List<string>(2);
        while (take(out var message)) messages.Add(message);
        if (messages.Count == 0) return;
        await stream.WriteAsync(MultistreamMessage.Encode([.. messages]), cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }
}
