using System.Buffers;
using HyphaMarket.Libp2p.Hosting;

namespace HyphaMarket.Libp2p.Relay.Server;

/// <summary>Joins two streams: what comes from one goes to the other, until both have ended or a limit is reached, at which both are reset.</summary>
/// <remarks>
/// A direction reads no further while its bytes have not been taken by the other side, so a slow reader slows the writer and nothing piles up here.
/// An end of one direction is passed on, and the other goes on by itself.
/// </remarks>
internal sealed class Circuit(PeerStream source, PeerStream target, RelayServerOptions options, TimeProvider time)
{
    private long _bytes;

    /// <summary>Bytes carried in both directions.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Carries until the end. Never throws for what the two sides do.</summary>
    /// <param name="cancellationToken">The relay stops, or the source's connection has ended.</param>
    public async Task<CircuitEnd> RunAsync(CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(options.CircuitDuration, time, cancellationToken);
        using var other = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        var there = PumpAsync(source, target, other.Token);
        var back = PumpAsync(target, source, other.Token);
        var first = await await Task.WhenAny(there, back);
        // A direction that has closed leaves the other open; one that failed takes it along.
        if (first != CircuitEnd.Closed)
        {
            Reset();
            await other.CancelAsync();
        }
        var ends = await Task.WhenAll(there, back);
        var end = first != CircuitEnd.Closed ? first : ends.FirstOrDefault(one => one != CircuitEnd.Closed, CircuitEnd.Closed);
        if (end == CircuitEnd.Closed) return end;
        Reset();
        return end == CircuitEnd.Stopped && deadline.HasPassed && !cancellationToken.IsCancellationRequested ? CircuitEnd.TimeUsedUp : end;
    }

    private void Reset()
    {
        source.Reset();
        target.Reset();
    }

    private async Task<CircuitEnd> PumpAsync(PeerStream from, PeerStream to, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(options.BufferBytes);
        try
        {
            for (var left = options.CircuitBytes; ;)
            {
                // One byte more than may pass tells a stream that ends at its limit from one that goes on.
                var read = await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(options.BufferBytes - 1, left) + 1), cancellationToken);
                if (read == 0)
                {
                    await to.CloseWriteAsync(cancellationToken);
                    return CircuitEnd.Closed;
                }
                var pass = (int)Math.Min(read, left);
                await to.WriteAsync(buffer.AsMemory(0, pass), cancellationToken);
                Interlocked.Add(ref _bytes, pass);
                left -= pass;
                if (pass < read) return CircuitEnd.BytesUsedUp;
            }
        }
        catch (OperationCanceledException)
        {
            return CircuitEnd.Stopped;
        }
        catch (IOException)
        {
            return CircuitEnd.Broken;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
