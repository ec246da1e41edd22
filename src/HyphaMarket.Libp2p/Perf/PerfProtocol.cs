using System.Buffers;
using System.Buffers.Binary;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Perf;

/// <summary>Measures a connection: an upload of as many bytes as the client likes, then a download of as many as it asked for.</summary>
/// <remarks>
/// Source: libp2p/specs perf/perf.md. "Since this protocol lets clients ask servers to do significant work, it SHOULD NOT be enabled by default":
/// a host serves it only after <see cref="Serve"/>.
/// </remarks>
public static class PerfProtocol
{
    public const string Id = "/perf/1.0.0";

    /// <summary>"how many bytes we want the server to send us as a single big-endian uint64 number".</summary>
    private const int RequestBytes = sizeof(ulong);

    /// <summary>Large enough that the cost of a call is lost in it, small enough for a pool.</summary>
    private const int ChunkBytes = 64 * 1024;

    private static readonly string[] s_protocols = [Id];

    // What is sent means nothing; zeros are as good as anything, since nothing on the way compresses.
    private static readonly byte[] s_zeros = new byte[ChunkBytes];

    /// <summary>Begins to serve the protocol.</summary>
    /// <exception cref="InvalidOperationException">It is served already.</exception>
    public static void Serve(IHost host, PerfOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        options ??= new PerfOptions();
        options.Validate();
        host.Handle(Id, (stream, cancellationToken) => ServeAsync(stream, options, host.Time, cancellationToken), options.Streams);
    }

    /// <summary>Runs one measurement on a stream of its own.</summary>
    /// <param name="uploadBytes">How many bytes to send; zero is valid.</param>
    /// <param name="downloadBytes">How many bytes to ask for; zero is valid.</param>
    /// <exception cref="InvalidDataException">The peer sent more or fewer bytes than it was asked for.</exception>
    /// <exception cref="TimeoutException">Nothing moved for <see cref="PerfOptions.IdleTimeout"/>.</exception>
    /// <exception cref="IOException">There is no way to the peer, it does not speak the protocol, or the stream broke.</exception>
    public static async Task<PerfMeasurement> MeasureAsync(
        IHost host, PeerId peer, long uploadBytes, long downloadBytes, PerfOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentOutOfRangeException.ThrowIfNegative(uploadBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(downloadBytes);
        options ??= new PerfOptions();
        options.Validate();
        await using var stream = await host.OpenStreamAsync(peer, s_protocols, cancellationToken);
        using var idle = new IdleDeadline(options.IdleTimeout, host.Time, cancellationToken);
        try
        {
            var start = host.Time.GetTimestamp();
            var request = new byte[RequestBytes];
            BinaryPrimitives.WriteUInt64BigEndian(request, (ulong)downloadBytes);
            await stream.WriteAsync(request, idle.Token);
            await SendAsync(stream, uploadBytes, idle);
            await stream.CloseWriteAsync(idle.Token);
            var uploaded = host.Time.GetElapsedTime(start);
            var received = await CountAsync(stream, downloadBytes, idle);
            if (received != downloadBytes) throw new InvalidDataException($"{peer} sent {(received > downloadBytes ? "more than" : $"{received} of")} the {downloadBytes} bytes it was asked for.");
            return new PerfMeasurement(uploadBytes, uploaded, downloadBytes, host.Time.GetElapsedTime(start) - uploaded);
        }
        catch (OperationCanceledException exception) when (idle.HasPassed && !cancellationToken.IsCancellationRequested)
        {
            stream.Reset();
            throw new TimeoutException($"Nothing moved to or from {peer} for {options.IdleTimeout.TotalSeconds:0.###} s.", exception);
        }
        catch
        {
            stream.Reset();
            throw;
        }
    }

    /// <summary>Reads the request and the upload, then sends what was asked for.</summary>
    /// <exception cref="InvalidDataException">The request is cut off, or asks for or uploads more than the bound; the host resets the stream.</exception>
    internal static async Task ServeAsync(PeerStream stream, PerfOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        using var idle = new IdleDeadline(options.IdleTimeout, time, cancellationToken);
        var request = new byte[RequestBytes];
        if (await stream.ReadAtLeastAsync(request, RequestBytes, throwOnEndOfStream: false, idle.Token) < RequestBytes) throw new InvalidDataException("A perf request is cut off.");
        idle.Restart();
        var wanted = BinaryPrimitives.ReadUInt64BigEndian(request);
        if (wanted > (ulong)options.MaxBytes) throw new InvalidDataException($"A perf request asks for {wanted} bytes; {options.MaxBytes} is the bound.");
        // "Read from the stream until we get an EOF" and only then send: "This MUST NOT be run concurrently".
        if (await CountAsync(stream, options.MaxBytes, idle) > options.MaxBytes) throw new InvalidDataException($"A perf request uploads more than {options.MaxBytes} bytes.");
        await SendAsync(stream, (long)wanted, idle);
        await stream.CloseWriteAsync(idle.Token);
    }

    private static async Task SendAsync(PeerStream stream, long bytes, IdleDeadline idle)
    {
        for (var left = bytes; left > 0; left -= ChunkBytes)
        {
            await stream.WriteAsync(s_zeros.AsMemory(0, (int)Math.Min(left, ChunkBytes)), idle.Token);
            idle.Restart();
        }
    }

    /// <summary>Reads to the end, or until there is more than expected.</summary>
    private static async Task<long> CountAsync(PeerStream stream, long expected, IdleDeadline idle)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            long count = 0;
            while (count <= expected)
            {
                var read = await stream.ReadAsync(buffer, idle.Token);
                if (read == 0) break;
                idle.Restart();
                count += read;
            }
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
