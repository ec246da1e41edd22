using System.Buffers;
using System.Runtime.CompilerServices;
using HyphaMarket.Libp2p.Hosting;

namespace HyphaMarket.Libp2p.Negotiation;

/// <summary>The dialler's negotiation of a single protocol without a round trip: the proposal leaves with the first data, the answer is checked by the first read.</summary>
/// <remarks>
/// Right for protocols where the dialler speaks first. If the peer refuses, what was written is lost, and the first read says
/// so. One reader and one writer may use it at the same time.
/// </remarks>
internal sealed class LazySelection : IDisposable
{
    // Data up to this size is copied behind the proposal, so that both leave in one write; more goes in a second write.
    private const int MaxCopied = 16 * 1024;

    private readonly Stream _stream;
    private readonly DialerNegotiation _negotiation;
    private readonly MultistreamReader _reader;
    private readonly SemaphoreSlim _firstWrite = new(1);
    private volatile bool _proposed;
    private bool _failed;

    /// <exception cref="ArgumentException">The text is no protocol id.</exception>
    public LazySelection(Stream stream, string protocol)
    {
        _stream = stream;
        Protocol = protocol;
        _negotiation = new DialerNegotiation([protocol]);
        _reader = new MultistreamReader(stream);
    }

    public string Protocol { get; }

    /// <summary>True once the peer has agreed.</summary>
    public bool IsConfirmed => _negotiation.Selected is not null;

    /// <summary>Writes data, with the proposal before the first. Empty data sends a proposal that has not left yet, as before a half close.</summary>
    /// <exception cref="NegotiationException">An earlier write of the proposal failed or was cancelled.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (!_proposed) return WriteFirstAsync(data, cancellationToken);
        return data.IsEmpty ? default : _stream.WriteAsync(data, cancellationToken);
    }

    /// <summary>Reads the peer's answer, once; sends the proposal first where nothing was written yet. To be awaited before each read.</summary>
    /// <exception cref="ProtocolNotSupportedException">The peer does not speak the protocol.</exception>
    /// <exception cref="NegotiationException">The peer broke the protocol or ended the stream.</exception>
    public ValueTask ConfirmAsync(CancellationToken cancellationToken) => IsConfirmed ? default : ReadAnswerAsync(cancellationToken);

    public void Dispose() => _firstWrite.Dispose();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadAnswerAsync(CancellationToken cancellationToken)
    {
        if (!_proposed) await WriteFirstAsync(default, cancellationToken);
        while (!_negotiation.IsFinished)
        {
            var message = await _reader.ReadAsync(cancellationToken) ?? throw new NegotiationException($"The peer closed the stream before it agreed to {Protocol}.");
            _negotiation.OnMessage(message);
        }
        if (!IsConfirmed) throw new ProtocolNotSupportedException($"The peer does not speak {Protocol}.");
    }

    // The reader may come here at the same time as the writer; whoever is second must find the whole proposal on its way.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteFirstAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await _firstWrite.WaitAsync(cancellationToken);
        try
        {
            if (_failed) throw new NegotiationException("The proposal of the protocol was cut short.");
            if (!_proposed)
            {
                _failed = true;
                var together = data.Length <= MaxCopied;
                await WriteProposalAsync(together ? data : default, cancellationToken);
                if (together) data = default;
                _failed = false;
                _proposed = true;
            }
        }
        finally
        {
            _firstWrite.Release();
        }
        // Not within: a reader that came meanwhile must not wait for all of the data, which the peer may take only while we read.
        if (!data.IsEmpty) await _stream.WriteAsync(data, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteProposalAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var proposal = MultistreamMessage.Encode(MultistreamMessage.Header, Protocol);
        var length = proposal.Length + data.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            proposal.CopyTo(buffer, 0);
            data.Span.CopyTo(buffer.AsSpan(proposal.Length));
            await _stream.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
