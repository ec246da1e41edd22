using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Relay.Server;

/// <summary>What a relay gives away: every bound of <see cref="RelayServer"/>. The defaults carry hole punching and small talk, and cost a public node next to nothing.</summary>
public sealed record RelayServerOptions
{
    /// <summary>Reservations held at one time; a further one is refused. As in go-libp2p.</summary>
    public int MaxReservations { get; init; } = 128;

    /// <summary>Of these, from one IPv4 address or IPv6 /64: a household, or an office behind one NAT. As in go-libp2p.</summary>
    public int MaxReservationsPerIp { get; init; } = 8;

    /// <summary>Of these, from one IPv4 /24 or IPv6 /48, so that one rented block of addresses leaves three quarters to others.</summary>
    public int MaxReservationsPerNetwork { get; init; } = 32;

    /// <summary>How long a reservation lasts unless it is renewed. An hour, as in go-libp2p: a renewal is cheap, and who is gone without a word frees the place.</summary>
    public TimeSpan ReservationDuration { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Circuits open or being opened at one time; a further one is refused. With two buffers each they hold at most 8 MiB.</summary>
    public int MaxCircuits { get; init; } = 256;

    /// <summary>Of these, that begin at one peer, and likewise that end at one. As in go-libp2p.</summary>
    public int MaxCircuitsPerPeer { get; init; } = 16;

    /// <summary>Of these, that begin at one IPv4 address or IPv6 /64: a quarter, whatever number of identities it shows.</summary>
    public int MaxCircuitsPerIp { get; init; } = 64;

    /// <summary>How long a circuit lasts, in whole seconds on the wire. Two minutes, as in go-libp2p and js-libp2p: hole punching needs seconds.</summary>
    public TimeSpan CircuitDuration { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Bytes a circuit carries in each direction before both its ends are reset. 128 KiB, as in go-libp2p and js-libp2p: handshakes, identify and hole punching take some 10 KiB.</summary>
    public long CircuitBytes { get; init; } = 128 * 1024;

    /// <summary>Bytes read at a time in each direction of a circuit; the buffers are pooled. Full Noise frames (64 KiB) are no faster: flow control sets the pace.</summary>
    public int BufferBytes { get; init; } = 16 * 1024;

    /// <summary>Hop streams beyond the circuits, whose request has not come or is being answered; a further one is reset. Each costs some 5 KB until <see cref="RequestTimeout"/>.</summary>
    public int MaxPendingRequests { get; init; } = 512;

    /// <summary>Of these, from one peer, which needs one at a time and a few while it opens several circuits.</summary>
    public int MaxPendingRequestsPerPeer { get; init; } = 4;

    /// <summary>From a hop stream's first byte to its whole request.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Opening a stop stream and its answer: the target has three round trips to give, and a place among the circuits is taken meanwhile.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Addresses of this relay told in a reservation.</summary>
    public int MaxAddresses { get; init; } = 8;

    /// <summary>Says whether a peer at an address may reserve; null for everybody. Called often and on any thread: it answers at once.</summary>
    public Func<PeerId, Multiaddr, bool>? AllowReservation { get; init; }

    /// <summary>Says whether the first peer may be connected with the second; null for everybody. Called often and on any thread: it answers at once.</summary>
    public Func<PeerId, PeerId, bool>? AllowCircuit { get; init; }

    /// <exception cref="ArgumentException">A bound is out of its range.</exception>
    public void Validate()
    {
        // The voucher and the eight longest addresses just fit into a message.
        const int MostAddresses = 8;

        foreach (var bound in new[] { MaxReservations, MaxReservationsPerIp, MaxReservationsPerNetwork, MaxCircuits, MaxCircuitsPerPeer, MaxCircuitsPerIp, MaxPendingRequests, MaxPendingRequestsPerPeer })
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(CircuitBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BufferBytes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxAddresses);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxAddresses, MostAddresses);
        // Both are told in whole seconds, and a duration of 0 would say that there is no limit.
        ArgumentOutOfRangeException.ThrowIfLessThan(ReservationDuration, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(CircuitDuration, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RequestTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StopTimeout, TimeSpan.Zero);
    }
}
