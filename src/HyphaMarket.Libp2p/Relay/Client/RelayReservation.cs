using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay.Messages;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Relay.Client;

/// <summary>A reservation that this node holds with a relay.</summary>
/// <param name="Relay">The relay.</param>
/// <param name="Expires">Its end, unless it is renewed.</param>
/// <param name="Addresses">Where others reach this node through the relay, as <c>/…/p2p/RELAY/p2p-circuit</c>.</param>
/// <param name="Limits">What the relay allows each circuit; null where it tells of no limit.</param>
/// <param name="Voucher">The relay's signed word; null where it gave none, for "the vouchers are only advisory".</param>
public sealed record RelayReservation(
    PeerId Relay, DateTimeOffset Expires, IReadOnlyList<Multiaddr> Addresses, ConnectionLimits? Limits, ReservationVoucher? Voucher)
{
    /// <summary>Takes a relay's answer, or says what is wrong with it.</summary>
    internal static bool TryAccept(
        DateTimeOffset now, PeerId self, ConnectionInfo relay, HopMessage? answer, [NotNullWhen(true)] out RelayReservation? reservation, [NotNullWhen(false)] out RelayRefusedException? refusal)
    {
        reservation = null;
        refusal = null;
        if (answer is not { Type: HopMessageType.Status, Status: { } status }) return Refuse($"{relay.Peer} answered with no status.", out refusal);
        if (status != RelayStatus.Ok)
        {
            refusal = new RelayRefusedException(status, $"{relay.Peer} gave no reservation ({status}).");
            return false;
        }
        if (answer.Reservation is not { } granted) return Refuse($"{relay.Peer} says OK and grants nothing.", out refusal);
        // "The reservation becomes invalid after this time."
        if (granted.Expires <= now) return Refuse($"{relay.Peer} granted a reservation that has expired.", out refusal);
        ReservationVoucher? voucher = null;
        if (granted.Voucher is { } bytes)
        {
            if (!ReservationVoucher.TryOpen(bytes, out voucher, out var fault)) return Refuse($"The voucher of {relay.Peer} is not valid ({fault}).", out refusal);
            if (voucher.Relay != relay.Peer) return Refuse($"The voucher of {relay.Peer} is by another relay, {voucher.Relay}.", out refusal);
            if (voucher.Peer != self) return Refuse($"The voucher of {relay.Peer} is for another peer, {voucher.Peer}.", out refusal);
            if (voucher.Expires <= now) return Refuse($"The voucher of {relay.Peer} has expired.", out refusal);
        }
        reservation = new RelayReservation(relay.Peer, granted.Expires, CircuitAddresses(relay, granted.RelayAddresses), answer.Limits, voucher);
        return true;

        static bool Refuse(string message, out RelayRefusedException refusal)
        {
            refusal = new RelayRefusedException(RelayStatus.UnexpectedMessage, message);
            return false;
        }
    }

    /// <summary>"The client can use this list to construct its own p2p-circuit relay addrs for advertising."</summary>
    /// <remarks>An address that leads to another peer than the relay, or over a relay, is left out; where none remains, the address at which we reached the relay serves.</remarks>
    private static List<Multiaddr> CircuitAddresses(ConnectionInfo relay, IReadOnlyList<Multiaddr> told)
    {
        var circuits = new List<Multiaddr>();
        foreach (var address in told)
        {
            if (address.IsRelayed || (address.TryGetPeer(out var named) && named != relay.Peer)) continue;
            Add(address);
        }
        if (circuits.Count == 0 && relay.Direction == ConnectionDirection.Outbound) Add(relay.RemoteAddress);
        return circuits;

        void Add(Multiaddr address)
        {
            var bare = address.WithoutPeer();
            // What is longer than an address may be, or holds nothing but the peer, is none that others can dial.
            if (bare.TryGetPeer(out _) || bare.Bytes.Length > Multiaddr.MaxBytes / 2) return;
            var circuit = new CircuitAddress(relay.Peer, bare, null).ToMultiaddr();
            if (!circuits.Contains(circuit)) circuits.Add(circuit);
        }
    }
}
