using System.Security.Cryptography;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Ping;

/// <summary>Ping: 32 random bytes there and back.</summary>
/// <remarks>Source: libp2p/specs ping/ping.md. Every <see cref="Host"/> answers pings.</remarks>
public static class PingProtocol
{
    public const string Id = "/ipfs/ping/1.0.0";

    /// <summary>"The dialing peer sends a 32-byte payload of random binary data on an open stream."</summary>
    public const int PayloadBytes = 32;

    /// <summary>An inbound ping stream that sends nothing for this long is closed; js-libp2p pings more often when it pings at all.</summary>
    private static readonly TimeSpan s_idleTimeout = TimeSpan.FromMinutes(1);

    private static readonly string[] s_protocols = [Id];

    /// <summary>32 bytes spend next to nothing of what a relay gives.</summary>
    private static readonly StreamOptions s_anyConnection = new() { AllowLimited = true };

    /// <summary>"The listening peer SHOULD accept at most two streams per peer"; the total is two for every connection a host keeps.</summary>
    internal static StreamLimits Limits { get; } = new(Total: 2_048, PerPeer: 2) { AllowLimited = true };

    /// <summary>Pings a peer once on a stream of its own.</summary>
    /// <param name="timeout">From the first byte to the last, not counting a dial.</param>
    /// <returns>The round trip on an open stream.</returns>
    /// <exception cref="TimeoutException">The peer did not answer in time.</exception>
    /// <exception cref="InvalidDataException">The peer sent back something else.</exception>
    /// <exception cref="IOException">There is no way to the peer, or the stream broke.</exception>
    public static async Task<TimeSpan> PingAsync(IHost host, PeerId peer, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        await using var stream = await host.OpenStreamAsync(peer, s_protocols, s_anyConnection, cancellationToken);
        using var deadline = Deadline.Brief(timeout, host.Time, cancellationToken);
        var sent = RandomNumberGenerator.GetBytes(PayloadBytes);
        var received = new byte[PayloadBytes];
        try
        {
            var start = host.Time.GetTimestamp();
            await stream.WriteAsync(sent, deadline.Token);
            await stream.ReadExactlyAsync(received, deadline.Token);
            var roundTrip = host.Time.GetElapsedTime(start);
            if (!received.AsSpan().SequenceEqual(sent)) throw new InvalidDataException($"{peer} answered a ping with other bytes.");
            await stream.CloseWriteAsync(deadline.Token);
            return roundTrip;
        }
        catch (OperationCanceledException exception) when (deadline.HasPassed && !cancellationToken.IsCancellationRequested)
        {
            stream.Reset();
            throw new TimeoutException($"{peer} did not answer a ping within {timeout.TotalSeconds:0.###} s.", exception);
        }
    }

    /// <summary>Sends every payload back until the peer is done.</summary>
    internal static async Task ServeAsync(PeerStream stream, TimeProvider time, CancellationToken cancellationToken)
    {
        var payload = new byte[PayloadBytes];
        while (true)
        {
            using var deadline = Deadline.Brief(s_idleTimeout, time, cancellationToken);
            var read = await stream.ReadAtLeastAsync(payload, PayloadBytes, throwOnEndOfStream: false, deadline.Token);
            if (read < PayloadBytes) return;
            await stream.WriteAsync(payload, deadline.Token);
        }
    }
}
