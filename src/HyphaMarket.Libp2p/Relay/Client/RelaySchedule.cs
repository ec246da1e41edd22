using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Relay.Client;

/// <summary>Which relay is asked when: the decisions of a relay client, without I/O. One caller at a time.</summary>
/// <remarks>
/// A reservation is renewed after half to three quarters of its time, so that a failed renewal leaves time for others and clients that came together
/// do not come together again.
/// </remarks>
internal sealed class RelaySchedule(RelayClientOptions options, Random random)
{
    private readonly Dictionary<PeerId, RelayCandidateState> _candidates = [];

    /// <summary>Whether reservations are wanted.</summary>
    public bool IsActive { get; private set; }

    public int CandidateCount => _candidates.Count;

    /// <summary>The reservations held, in the order of their relays' ids, so that the list changes only when they do.</summary>
    public IReadOnlyList<RelayReservation> Reservations =>
        [.. _candidates.Values.Select(candidate => candidate.Reservation).OfType<RelayReservation>().OrderBy(reservation => reservation.Relay)];

    /// <summary>Begins or ends to want reservations; at the end those held are let go.</summary>
    public void SetActive(bool active)
    {
        IsActive = active;
        if (active) return;
        foreach (var candidate in _candidates.Values.Where(candidate => candidate.Reservation is not null))
        {
            candidate.Reservation = null;
            candidate.NotBefore = default;
        }
    }

    public void AddCandidate(PeerId peer, IReadOnlyList<Multiaddr> addresses, bool chosen = false)
    {
        if (_candidates.TryGetValue(peer, out var known))
        {
            // What the options say of a relay stands beside what the peer store knows of it.
            if (addresses.Count > 0 && !known.IsChosen) known.Addresses = addresses;
            return;
        }
        if (_candidates.Count >= options.MaxCandidates && !TryForgetOne()) return;
        _candidates.Add(peer, new RelayCandidateState { Addresses = addresses, IsChosen = chosen });
    }

    /// <summary>Whether circuits may come through a peer: it gave us a reservation, or is being asked for one and may be faster than our reading of its answer.</summary>
    public bool Accepts(PeerId peer) => IsActive && _candidates.TryGetValue(peer, out var candidate) && (candidate.IsAsking || candidate.Reservation is not null);

    /// <summary>The next relay to ask; call until there is none. Each is to be followed by <see cref="OnReserved"/> or <see cref="OnFailed"/>.</summary>
    public bool TryTake(DateTimeOffset now, out RelayCandidate candidate)
    {
        candidate = null!;
        Expire(now);
        if (!IsActive) return false;
        var ready = _candidates.Where(entry => !entry.Value.IsAsking && entry.Value.NotBefore <= now).ToList();
        var next = ready.FirstOrDefault(entry => entry.Value.Reservation is not null);
        if (next.Value is null && Missing > 0)
        {
            // Among equals by chance: everybody would ask the first one told otherwise.
            next = ready.OrderByDescending(entry => entry.Value.IsChosen).ThenBy(entry => entry.Value.Failures).ThenBy(_ => random.Next()).FirstOrDefault();
        }
        if (next.Value is null) return false;
        next.Value.IsAsking = true;
        candidate = new RelayCandidate(next.Key, next.Value.Addresses);
        return true;
    }

    /// <summary>Too few candidates are left to ask.</summary>
    public bool NeedsCandidates(DateTimeOffset now) =>
        IsActive && Missing > _candidates.Values.Count(candidate => candidate is { IsAsking: false, Reservation: null } && candidate.NotBefore <= now);

    public void OnReserved(DateTimeOffset now, RelayReservation reservation)
    {
        if (!_candidates.TryGetValue(reservation.Relay, out var candidate)) return;
        candidate.IsAsking = false;
        candidate.Failures = 0;
        if (!IsActive) return;
        candidate.Reservation = reservation;
        var duration = reservation.Expires - now;
        if (duration > options.MaxReservationDuration) duration = options.MaxReservationDuration;
        candidate.NotBefore = now + (duration * (0.5 + (0.25 * random.NextDouble())));
    }

    /// <summary>A request failed or was refused. A reservation held stays until it expires.</summary>
    public void OnFailed(DateTimeOffset now, PeerId peer)
    {
        if (!_candidates.TryGetValue(peer, out var candidate)) return;
        candidate.IsAsking = false;
        Pause(now, candidate);
    }

    /// <summary>The connection with a relay ended, and the reservation with it. It is asked again after a pause: whoever it lost comes back at once otherwise.</summary>
    /// <returns>True where there was a reservation.</returns>
    public bool OnLost(DateTimeOffset now, PeerId peer)
    {
        if (!_candidates.TryGetValue(peer, out var candidate) || candidate.Reservation is null) return false;
        candidate.Reservation = null;
        Pause(now, candidate);
        return true;
    }

    /// <summary>When to look again although nothing happened; null for never.</summary>
    public DateTimeOffset? NextTimer
    {
        get
        {
            if (!IsActive) return null;
            DateTimeOffset? next = null;
            foreach (var candidate in _candidates.Values)
            {
                if (candidate.Reservation is { } reservation) Consider(reservation.Expires);
                if (!candidate.IsAsking && (candidate.Reservation is not null || Missing > 0)) Consider(candidate.NotBefore);
            }
            return next;

            void Consider(DateTimeOffset time)
            {
                if (next is null || time < next) next = time;
            }
        }
    }

    private int Missing => options.WantedReservations - _candidates.Values.Count(candidate => candidate.IsAsking || candidate.Reservation is not null);

    private void Expire(DateTimeOffset now)
    {
        foreach (var candidate in _candidates.Values)
        {
            if (candidate.Reservation?.Expires <= now) candidate.Reservation = null;
        }
    }

    private void Pause(DateTimeOffset now, RelayCandidateState candidate)
    {
        var seconds = Math.Min(options.MaxBackoff.TotalSeconds, options.MinBackoff.TotalSeconds * Math.Pow(2, candidate.Failures++));
        candidate.NotBefore = now + TimeSpan.FromSeconds(seconds * (0.5 + (0.5 * random.NextDouble())));
    }

    /// <summary>Makes room for a candidate by one that failed; one that was never asked is as good as the new one.</summary>
    private bool TryForgetOne()
    {
        var worst = _candidates.Where(entry => entry.Value is { IsChosen: false, IsAsking: false, Reservation: null, Failures: > 0 })
            .OrderByDescending(entry => entry.Value.Failures).Select(entry => entry.Key).FirstOrDefault();
        return !worst.IsDefault && _candidates.Remove(worst);
    }
}
