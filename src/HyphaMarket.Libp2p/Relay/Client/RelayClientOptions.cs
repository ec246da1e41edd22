using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Relay.Client;

/// <summary>Which relays a <see cref="RelayClient"/> uses, when, and every bound of it.</summary>
public sealed record RelayClientOptions
{
    /// <summary>When reservations are held.</summary>
    public RelayClientMode Mode { get; init; } = RelayClientMode.WhenPrivate;

    /// <summary>Relays that are asked before any other, each an address that ends with its <c>/p2p</c>. Several addresses may name one relay.</summary>
    public IReadOnlyList<Multiaddr> Relays { get; init; } = [];

    /// <summary>Whether connected peers that speak the hop protocol are asked too.</summary>
    public bool UseConnectedPeers { get; init; } = true;

    /// <summary>Asked for candidates when there are too few, at most once in <see cref="FindInterval"/>; null for none.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<RelayCandidate>>>? FindCandidates { get; init; }

    public TimeSpan FindInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Reservations to hold: a second one bridges the restart of a relay, and every further one costs somebody a place.</summary>
    public int WantedReservations { get; init; } = 2;

    /// <summary>Candidates remembered. When it is full a new one takes the place of one that failed, or is ignored.</summary>
    public int MaxCandidates { get; init; } = 64;

    /// <summary>Connecting to a relay and its answer.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>From the first byte of a stop stream to its whole request: the relay sends it at once.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause after a relay refused, failed or was lost; it doubles up to <see cref="MaxBackoff"/>, and a random half of it is left out.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A longer reservation is renewed as if it were this long: a relay that promises a year may be another machine tomorrow.</summary>
    public TimeSpan MaxReservationDuration { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Inbound circuits at one time; a further one is reset.</summary>
    public int MaxInboundCircuits { get; init; } = 256;

    /// <summary>Of these, through one relay, so that one relay cannot keep the others' out. A relay of ours gives sixteen.</summary>
    public int MaxInboundCircuitsPerRelay { get; init; } = 64;

    /// <exception cref="ArgumentException">A bound is out of its range, or a relay's address names no relay.</exception>
    public void Validate()
    {
        ArgumentNullException.ThrowIfNull(Relays);
        foreach (var address in Relays)
        {
            if (address.IsRelayed || !address.TryGetPeer(out _)) throw new ArgumentException($"{address} names no relay: it must end with /p2p/ and the relay's peer id, and lead straight to it.");
        }
        foreach (var bound in new[] { WantedReservations, MaxCandidates, MaxInboundCircuits, MaxInboundCircuitsPerRelay }) ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        foreach (var time in new[] { FindInterval, RequestTimeout, StopTimeout, MinBackoff, MaxReservationDuration }) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBackoff, MinBackoff);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxCandidates, Relays.Count);
        if (!Enum.IsDefined(Mode)) throw new ArgumentException($"{Mode} is no mode.");
    }
}
