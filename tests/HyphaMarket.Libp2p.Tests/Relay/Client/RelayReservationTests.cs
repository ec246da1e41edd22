using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Client;
using HyphaMarket.Libp2p.Relay.Messages;
using HyphaMarket.Libp2p.Transport;
using static HyphaMarket.Libp2p.Tests.Relay.RelayPeers;

namespace HyphaMarket.Libp2p.Tests.Relay.Client;

[TestFixture]
public sealed class RelayReservationTests
{
    private const byte Relay = 1;
    private const byte Self = 2;
    private const byte Other = 3;

    private static readonly Multiaddr s_relayAddress = Multiaddr.Parse("/ip4/192.0.2.7/tcp/4001");
    private static readonly ConnectionInfo s_connection = new(Id(Relay), ConnectionDirection.Outbound, s_relayAddress, null, TimeSpan.Zero, 0);
    private static readonly DateTimeOffset s_expires = Now.AddHours(1);

    [Test]
    public void Grant_WithItsVoucher_IsTaken()
    {
        var reservation = Accept(Answer(Voucher(Relay, Self, s_expires), s_relayAddress.WithPeer(Id(Relay))));
        Assert.That((reservation.Relay, reservation.Expires, reservation.Limits), Is.EqualTo((Id(Relay), s_expires, new ConnectionLimits(null, 7))));
        Assert.That(reservation.Addresses.Single().ToString(), Is.EqualTo($"{s_relayAddress}/p2p/{Id(Relay)}/p2p-circuit"));
        Assert.That(reservation.Voucher!.Peer, Is.EqualTo(Id(Self)));
    }

    [Test]
    public void Grant_WithoutAVoucher_IsTaken_ForVouchersAreAdvisory() => Assert.That(Accept(Answer(null)).Voucher, Is.Null);

    [Test]
    public void Voucher_ForAnotherPeer_OfAnotherRelay_ExpiredOrDamaged_IsRefused()
    {
        Assert.That(Refusal(Answer(Voucher(Relay, Other, s_expires))).Message, Does.Contain("for another peer"));
        Assert.That(Refusal(Answer(Voucher(Other, Self, s_expires))).Message, Does.Contain("by another relay"));
        Assert.That(Refusal(Answer(Voucher(Relay, Self, Now))).Message, Does.Contain("expired"));
        Assert.That(Refusal(Answer([1, 2, 3])).Message, Does.Contain("not valid"));
        var damaged = Voucher(Relay, Self, s_expires);
        damaged[^1] ^= 1;
        Assert.That(Refusal(Answer(damaged)).Message, Does.Contain("not valid"));
    }

    [Test]
    public void Grant_ThatHasExpired_IsRefused() =>
        Assert.That(Refusal(new HopMessage(HopMessageType.Status, Reservation: new GrantedReservation(Now, [], null), Status: RelayStatus.Ok)).Message, Does.Contain("expired"));

    [Test]
    public void Refusal_CarriesTheRelaysStatus() =>
        Assert.That(Refusal(new HopMessage(HopMessageType.Status, Status: RelayStatus.ReservationRefused)).Status, Is.EqualTo(RelayStatus.ReservationRefused));

    [Test]
    public void Answers_ThatAreNone_AreRefused()
    {
        foreach (var answer in new[] { null, new HopMessage(HopMessageType.Reserve), new HopMessage(HopMessageType.Status, Status: RelayStatus.Ok) })
        {
            Assert.That(Refusal(answer).Status, Is.EqualTo(RelayStatus.UnexpectedMessage));
        }
    }

    [Test]
    public void Addresses_OfOtherPeersAndOverRelays_AreNotAdvertised()
    {
        var told = new[]
        {
            s_relayAddress.WithPeer(Id(Other)),
            Multiaddr.Parse($"/ip4/192.0.2.9/tcp/1/p2p/{Id(Other)}/p2p-circuit"),
            Multiaddr.Parse($"/p2p/{Id(Relay)}"),
            Multiaddr.Parse("/ip4/198.51.100.1/tcp/2"),
            Multiaddr.Parse("/ip4/198.51.100.1/tcp/2").WithPeer(Id(Relay)),
        };
        Assert.That(Accept(Answer(null, told)).Addresses.Select(address => address.ToString()), Is.EqualTo(new[] { $"/ip4/198.51.100.1/tcp/2/p2p/{Id(Relay)}/p2p-circuit" }));
    }

    [Test]
    public void Relay_ThatTellsNoAddress_IsReachedWhereWeReachedIt()
    {
        var circuit = $"{s_relayAddress}/p2p/{Id(Relay)}/p2p-circuit";
        Assert.That(Accept(Answer(null)).Addresses.Single().ToString(), Is.EqualTo(circuit));
        var inbound = s_connection with { Direction = ConnectionDirection.Inbound };
        Assert.That(RelayReservation.TryAccept(Now, Id(Self), inbound, Answer(null), out var reservation, out _), Is.True);
        Assert.That(reservation!.Addresses, Is.Empty, "the port that it dialled from is no place to reach it");
    }

    private static HopMessage Answer(byte[]? voucher, params Multiaddr[] addresses) =>
        new(HopMessageType.Status, Reservation: new GrantedReservation(s_expires, addresses, voucher), Limits: new ConnectionLimits(null, 7), Status: RelayStatus.Ok);

    private static byte[] Voucher(byte relay, byte peer, DateTimeOffset expires)
    {
        using var keys = Keys(relay);
        return ReservationVoucher.Seal(keys, Id(peer), expires).Bytes.ToArray();
    }

    private static RelayReservation Accept(HopMessage answer)
    {
        Assert.That(RelayReservation.TryAccept(Now, Id(Self), s_connection, answer, out var reservation, out var refusal), Is.True, refusal?.Message);
        return reservation!;
    }

    private static RelayRefusedException Refusal(HopMessage? answer)
    {
        Assert.That(RelayReservation.TryAccept(Now, Id(Self), s_connection, answer, out _, out var refusal), Is.False);
        return refusal!;
    }
}
