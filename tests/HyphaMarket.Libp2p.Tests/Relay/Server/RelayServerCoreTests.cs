using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Server;
using static HyphaMarket.Libp2p.Tests.Relay.RelayPeers;

namespace HyphaMarket.Libp2p.Tests.Relay.Server;

[TestFixture]
public sealed class RelayServerCoreTests
{
    private static readonly RelayServerOptions s_options = new()
    {
        MaxReservations = 6, MaxReservationsPerIp = 2, MaxReservationsPerNetwork = 3, MaxCircuits = 5, MaxCircuitsPerPeer = 2, MaxCircuitsPerIp = 3,
    };

    private static readonly PeerOrigin s_here = From("192.0.2.1");

    [Test]
    public void Reservation_LastsItsTime_InWholeSeconds()
    {
        var core = new RelayServerCore(s_options);
        Assert.That(core.Reserve(Now.AddMilliseconds(400), Id(1), s_here, out var expires), Is.EqualTo(RelayStatus.Ok));
        Assert.That(expires, Is.EqualTo(Now + s_options.ReservationDuration));
        Assert.That(core.HasReservation(expires.AddTicks(-1), Id(1)), Is.True);
        Assert.That(core.HasReservation(expires, Id(1)), Is.False);
        Assert.That(core.ReservationCount, Is.Zero);
    }

    [Test]
    public void Renewal_TakesNoSecondPlace_AndMovesTheEnd()
    {
        var core = new RelayServerCore(s_options with { MaxReservations = 1 });
        Reserve(core, 1, s_here);
        Assert.That(core.Reserve(Now.AddMinutes(30), Id(1), s_here, out var expires), Is.EqualTo(RelayStatus.Ok));
        Assert.That((core.ReservationCount, expires), Is.EqualTo((1, Now.AddMinutes(90))));
        Assert.That(core.HasReservation(Now.AddMinutes(89), Id(1)), Is.True);
    }

    [Test]
    public void Reservations_BeyondTheTotal_AreRefused_UntilOneExpires()
    {
        var core = new RelayServerCore(s_options);
        for (byte i = 0; i < 6; i++) Reserve(core, i, From($"192.0.{i}.1"));
        Assert.That(core.Reserve(Now, Id(9), From("198.51.100.1"), out _), Is.EqualTo(RelayStatus.ReservationRefused));
        Assert.That(core.Reserve(Now + s_options.ReservationDuration, Id(9), From("198.51.100.1"), out _), Is.EqualTo(RelayStatus.Ok));
    }

    [Test]
    public void Reservations_OfManyIdentitiesOfOneAddress_AreRefusedBeyondItsShare()
    {
        var core = new RelayServerCore(s_options);
        Reserve(core, 1, From("2001:db8:1:2::1"));
        Reserve(core, 2, From("2001:db8:1:2::2"));
        Assert.That(core.Reserve(Now, Id(3), From("2001:db8:1:2:ffff::3"), out _), Is.EqualTo(RelayStatus.ReservationRefused), "the same /64");
        Reserve(core, 3, From("2001:db8:1:3::1"));
        Assert.That(core.Reserve(Now, Id(4), From("2001:db8:1:4::1"), out _), Is.EqualTo(RelayStatus.ReservationRefused), "the same /48");
        Reserve(core, 4, From("2001:db8:2:2::1"));
    }

    [Test]
    public void Reservations_OfOneIPv4Block_AreRefusedBeyondItsShare()
    {
        var core = new RelayServerCore(s_options);
        for (byte i = 1; i <= 3; i++) Reserve(core, i, From($"192.0.2.{i}"));
        Assert.That(core.Reserve(Now, Id(4), From("192.0.2.200"), out _), Is.EqualTo(RelayStatus.ReservationRefused));
        Assert.That(core.Reserve(Now, Id(4), From("::ffff:192.0.2.200"), out _), Is.EqualTo(RelayStatus.ReservationRefused), "an IPv4 address inside IPv6");
        Reserve(core, 4, From("192.0.3.200"));
    }

    [Test]
    public void Addresses_WithoutAnIp_CountAsOne()
    {
        Assert.That(PeerOrigin.Of(Multiaddr.Parse("/dns/a.memory/tcp/1")), Is.EqualTo(PeerOrigin.Of(Multiaddr.Parse("/dns/b.memory/tcp/2"))));
        Assert.That(PeerOrigin.Of(Multiaddr.Parse("/ip4/192.0.2.1/tcp/1")), Is.EqualTo(s_here));
    }

    [Test]
    public void Peer_ThatLeaves_FreesItsPlace()
    {
        var core = new RelayServerCore(s_options with { MaxReservationsPerIp = 1 });
        Reserve(core, 1, s_here);
        core.Drop(Id(1));
        core.Drop(Id(1));
        Assert.That(core.HasReservation(Now, Id(1)), Is.False);
        Reserve(core, 2, s_here);
    }

    [Test]
    public void Peer_ThatComesBackFromElsewhere_CountsThere()
    {
        var core = new RelayServerCore(s_options with { MaxReservationsPerIp = 1 });
        Reserve(core, 1, s_here);
        Reserve(core, 1, From("198.51.100.1"));
        Reserve(core, 2, s_here);
        Assert.That(core.Reserve(Now, Id(2), From("198.51.100.1"), out _), Is.EqualTo(RelayStatus.ReservationRefused));
        Assert.That(core.ReservationCount, Is.EqualTo(1), "it has left its old place");
    }

    [Test]
    public void Circuit_ToAPeerWithoutReservation_OrToItself_IsRefused()
    {
        var core = new RelayServerCore(s_options);
        Assert.That(Open(core, 1, 2), Is.EqualTo(RelayStatus.NoReservation));
        Reserve(core, 2, s_here);
        Assert.That(Open(core, 2, 2), Is.EqualTo(RelayStatus.PermissionDenied));
        Assert.That(Open(core, 1, 2), Is.EqualTo(RelayStatus.Ok));
        Assert.That(core.OpenCircuit(Now + s_options.ReservationDuration, Id(1), s_here, Id(2), out _), Is.EqualTo(RelayStatus.NoReservation), "it has expired");
    }

    [Test]
    public void Circuits_BeyondTheShareOfSourceTargetAddressOrTotal_AreRefused()
    {
        var core = new RelayServerCore(s_options);
        for (byte i = 1; i <= 4; i++) Reserve(core, i, From($"192.0.{i}.1"));
        Assert.That(Open(core, 10, 1), Is.EqualTo(RelayStatus.Ok));
        Assert.That(Open(core, 10, 2), Is.EqualTo(RelayStatus.Ok));
        Assert.That(Open(core, 10, 3), Is.EqualTo(RelayStatus.ResourceLimitExceeded), "the source has two");
        Assert.That(Open(core, 11, 1), Is.EqualTo(RelayStatus.Ok));
        Assert.That(Open(core, 12, 4), Is.EqualTo(RelayStatus.ResourceLimitExceeded), "the address has three");
        Assert.That(Open(core, 12, 1, "198.51.100.1"), Is.EqualTo(RelayStatus.ResourceLimitExceeded), "the target has two");
        Assert.That(Open(core, 12, 3, "198.51.100.1"), Is.EqualTo(RelayStatus.Ok));
        Assert.That(Open(core, 12, 4, "198.51.100.1"), Is.EqualTo(RelayStatus.Ok));
        Assert.That(Open(core, 13, 3, "203.0.113.1"), Is.EqualTo(RelayStatus.ResourceLimitExceeded), "there are five");
    }

    [Test]
    public void Circuit_ThatEnds_GivesItsPlaceBack()
    {
        var core = new RelayServerCore(s_options with { MaxCircuits = 1 });
        Reserve(core, 1, s_here);
        for (var i = 0; i < 3; i++)
        {
            Assert.That(core.OpenCircuit(Now, Id(2), s_here, Id(1), out var ticket), Is.EqualTo(RelayStatus.Ok));
            Assert.That(Open(core, 3, 1), Is.EqualTo(RelayStatus.ResourceLimitExceeded));
            core.CloseCircuit(ticket!);
            Assert.That(core.CircuitCount, Is.Zero);
        }
    }

    [Test]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.That(() => new RelayServerOptions { MaxReservations = 0 }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new RelayServerOptions { CircuitBytes = 0 }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new RelayServerOptions { CircuitDuration = TimeSpan.FromMilliseconds(500) }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new RelayServerOptions { MaxAddresses = 9 }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new RelayServerOptions { StopTimeout = TimeSpan.Zero }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new RelayServerOptions().Validate(), Throws.Nothing);
    }

    private static void Reserve(RelayServerCore core, byte peer, PeerOrigin origin) =>
        Assert.That(core.Reserve(Now, Id(peer), origin, out _), Is.EqualTo(RelayStatus.Ok), $"peer {peer}");

    private static RelayStatus Open(RelayServerCore core, byte source, byte target, string ip = "192.0.2.1") => core.OpenCircuit(Now, Id(source), From(ip), Id(target), out _);
}
