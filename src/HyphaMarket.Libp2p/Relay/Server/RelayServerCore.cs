using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Relay.Server;

/// <summary>Who has a reservation, and how many circuits there are: the decisions of a relay, without I/O. One caller at a time.</summary>
/// <remarks>Source: libp2p/specs relay/circuit-v2.md, "Hop Protocol". Time is wall-clock time, since that is what reservations are told in.</remarks>
internal sealed class RelayServerCore(RelayServerOptions options)
{
    private readonly Dictionary<PeerId, Reservation> _reservations = [];
    private readonly Tally<IpGroup> _reservationsByIp = new();
    private readonly Tally<IpGroup> _reservationsByNetwork = new();
    private readonly Tally<PeerId> _circuitsBySource = new();
    private readonly Tally<PeerId> _circuitsByTarget = new();
    private readonly Tally<IpGroup> _circuitsByIp = new();
    private DateTimeOffset _earliestExpiry = DateTimeOffset.MaxValue;

    public int ReservationCount => _reservations.Count;

    public int CircuitCount { get; private set; }

    /// <summary>Makes or renews a reservation. A renewal keeps its place even where a new one would find none.</summary>
    /// <param name="expires">The end, in whole seconds; set where the answer is <see cref="RelayStatus.Ok"/>.</param>
    public RelayStatus Reserve(DateTimeOffset now, PeerId peer, PeerOrigin origin, out DateTimeOffset expires)
    {
        Expire(now);
        expires = default;
        // A peer that comes back from elsewhere must fit into the bounds of where it is now; if it does not, the old place is gone as well.
        if (_reservations.TryGetValue(peer, out var old) && old.Origin != origin) Drop(peer);
        if (!_reservations.ContainsKey(peer))
        {
            if (_reservations.Count >= options.MaxReservations
                || _reservationsByIp.IsFull(origin.Ip, options.MaxReservationsPerIp)
                || _reservationsByNetwork.IsFull(origin.Network, options.MaxReservationsPerNetwork))
            {
                return RelayStatus.ReservationRefused;
            }
            _reservationsByIp.Enter(origin.Ip);
            _reservationsByNetwork.Enter(origin.Network);
        }
        expires = DateTimeOffset.FromUnixTimeSeconds((now + options.ReservationDuration).ToUnixTimeSeconds());
        _reservations[peer] = new Reservation(origin, expires);
        if (expires < _earliestExpiry) _earliestExpiry = expires;
        return RelayStatus.Ok;
    }

    /// <summary>"The reservation becomes invalid after this time."</summary>
    public bool HasReservation(DateTimeOffset now, PeerId peer)
    {
        Expire(now);
        return _reservations.ContainsKey(peer);
    }

    /// <summary>"If the peer disconnects, the reservation is no longer valid."</summary>
    public void Drop(PeerId peer)
    {
        if (!_reservations.Remove(peer, out var reservation)) return;
        _reservationsByIp.Leave(reservation.Origin.Ip);
        _reservationsByNetwork.Leave(reservation.Origin.Network);
    }

    /// <summary>Takes a place for a circuit, from the moment its target is asked.</summary>
    /// <param name="circuit">The place; set where the answer is <see cref="RelayStatus.Ok"/>.</param>
    public RelayStatus OpenCircuit(DateTimeOffset now, PeerId source, PeerOrigin sourceOrigin, PeerId target, out CircuitTicket? circuit)
    {
        circuit = null;
        // A circuit from a peer to itself serves nobody but who wants to burden two peers with one.
        if (source == target) return RelayStatus.PermissionDenied;
        if (!HasReservation(now, target)) return RelayStatus.NoReservation;
        if (CircuitCount >= options.MaxCircuits
            || _circuitsBySource.IsFull(source, options.MaxCircuitsPerPeer)
            || _circuitsByTarget.IsFull(target, options.MaxCircuitsPerPeer)
            || _circuitsByIp.IsFull(sourceOrigin.Ip, options.MaxCircuitsPerIp))
        {
            return RelayStatus.ResourceLimitExceeded;
        }
        circuit = new CircuitTicket(source, target, sourceOrigin.Ip);
        _circuitsBySource.Enter(source);
        _circuitsByTarget.Enter(target);
        _circuitsByIp.Enter(sourceOrigin.Ip);
        CircuitCount++;
        return RelayStatus.Ok;
    }

    /// <summary>Gives a circuit's place back.</summary>
    public void CloseCircuit(CircuitTicket circuit)
    {
        _circuitsBySource.Leave(circuit.Source);
        _circuitsByTarget.Leave(circuit.Target);
        _circuitsByIp.Leave(circuit.SourceIp);
        CircuitCount--;
    }

    /// <summary>Drops what has expired. It looks through the reservations, at most <see cref="RelayServerOptions.MaxReservations"/>, only when one of them is due.</summary>
    private void Expire(DateTimeOffset now)
    {
        if (now < _earliestExpiry) return;
        foreach (var peer in _reservations.Where(entry => entry.Value.Expires <= now).Select(entry => entry.Key).ToList()) Drop(peer);
        _earliestExpiry = _reservations.Count == 0 ? DateTimeOffset.MaxValue : _reservations.Values.Min(reservation => reservation.Expires);
    }

    private readonly record struct Reservation(PeerOrigin Origin, DateTimeOffset Expires);
}
