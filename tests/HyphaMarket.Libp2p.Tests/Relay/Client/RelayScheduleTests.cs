using HyphaMarket.Libp2p.Relay.Client;
using static HyphaMarket.Libp2p.Tests.Relay.RelayPeers;

namespace HyphaMarket.Libp2p.Tests.Relay.Client;

[TestFixture]
public sealed class RelayScheduleTests
{
    private static readonly RelayClientOptions s_options = new()
    {
        WantedReservations = 2, MaxCandidates = 4, MinBackoff = TimeSpan.FromSeconds(10), MaxBackoff = TimeSpan.FromMinutes(1),
    };

    [Test]
    public void Nothing_IsAsked_UntilReservationsAreWanted()
    {
        var schedule = Schedule(active: false, 1, 2);
        Assert.That(Take(schedule, Now), Is.Empty);
        Assert.That((schedule.NextTimer, schedule.NeedsCandidates(Now)), Is.EqualTo(((DateTimeOffset?)null, false)));
        schedule.SetActive(true);
        Assert.That(Take(schedule, Now), Has.Count.EqualTo(2));
    }

    [Test]
    public void AsManyAsWanted_AreAsked_ChosenOnesFirst()
    {
        var schedule = Schedule(active: true, 1, 2, 3);
        schedule.AddCandidate(Id(4), [], chosen: true);
        Assert.That(schedule.TryTake(Now, out var first), Is.True);
        Assert.That(first.Peer, Is.EqualTo(Id(4)));
        Assert.That(Take(schedule, Now), Has.Count.EqualTo(1));
    }

    [Test]
    public void Reservation_IsRenewed_BetweenHalfAndThreeQuartersOfItsTime()
    {
        var schedule = Schedule(active: true, 1);
        Take(schedule, Now);
        schedule.OnReserved(Now, Reservation(1, Now.AddHours(1)));
        var renewal = schedule.NextTimer!.Value;
        Assert.That(renewal, Is.InRange(Now.AddMinutes(30), Now.AddMinutes(45)));
        Assert.That(Take(schedule, renewal.AddTicks(-1)), Is.Empty);
        Assert.That(Take(schedule, renewal), Is.EqualTo(new[] { Id(1) }));
        Assert.That(schedule.Reservations, Has.Count.EqualTo(1), "it is held while it is renewed");
    }

    [Test]
    public void Reservation_OfAYear_IsRenewedWithinADay()
    {
        var schedule = Schedule(active: true, 1);
        Take(schedule, Now);
        schedule.OnReserved(Now, Reservation(1, Now.AddYears(1)));
        Assert.That(schedule.NextTimer, Is.LessThan(Now.AddDays(1)));
    }

    [Test]
    public void RenewalThatFails_IsTriedAgain_AndTheReservationHeldUntilItExpires()
    {
        var schedule = Schedule(active: true, 1);
        Take(schedule, Now);
        var expires = Now.AddMinutes(1);
        schedule.OnReserved(Now, Reservation(1, expires));
        var now = schedule.NextTimer!.Value;
        Take(schedule, now);
        schedule.OnFailed(now, Id(1));
        Assert.That(schedule.NextTimer, Is.InRange(now.AddSeconds(5), now.AddSeconds(10)));
        Assert.That(schedule.Reservations, Has.Count.EqualTo(1));
        Assert.That(Take(schedule, expires), Is.EqualTo(new[] { Id(1) }), "it is asked for a new one");
        Assert.That(schedule.Reservations, Is.Empty);
    }

    [Test]
    public void Failures_MakePausesThatDouble_ToABound_WithAPartLeftToChance()
    {
        var schedule = Schedule(active: true, 1);
        var now = Now;
        foreach (var seconds in new[] { 10, 20, 40, 60, 60, 60 })
        {
            Assert.That(Take(schedule, now), Has.Count.EqualTo(1));
            schedule.OnFailed(now, Id(1));
            var next = schedule.NextTimer!.Value;
            Assert.That(next - now, Is.InRange(TimeSpan.FromSeconds(seconds / 2.0), TimeSpan.FromSeconds(seconds)));
            Assert.That(Take(schedule, next.AddTicks(-1)), Is.Empty);
            now = next;
        }
    }

    [Test]
    public void RelayThatFailed_GivesWayToAnother()
    {
        var schedule = Schedule(active: true, 1, 2, 3);
        var asked = Take(schedule, Now);
        schedule.OnFailed(Now, asked[0]);
        Assert.That(Take(schedule, Now).Single(), Is.Not.AnyOf(asked[0], asked[1]));
    }

    [Test]
    public void RelayThatIsLost_IsAskedAgainAfterAPause()
    {
        var schedule = Schedule(active: true, 1);
        Take(schedule, Now);
        schedule.OnReserved(Now, Reservation(1, Now.AddHours(1)));
        Assert.That(schedule.OnLost(Now, Id(1)), Is.True);
        Assert.That((schedule.Reservations.Count, schedule.OnLost(Now, Id(1)), schedule.Accepts(Id(1))), Is.EqualTo((0, false, false)));
        Assert.That(Take(schedule, Now), Is.Empty);
        Assert.That(Take(schedule, Now.AddSeconds(10)), Is.EqualTo(new[] { Id(1) }));
    }

    [Test]
    public void Circuits_AreAcceptedOnlyThroughRelaysThatWereAsked()
    {
        var schedule = Schedule(active: true, 1);
        Assert.That(schedule.Accepts(Id(1)), Is.False);
        Take(schedule, Now);
        Assert.That((schedule.Accepts(Id(1)), schedule.Accepts(Id(2))), Is.EqualTo((true, false)), "its answer may be on the way");
        schedule.OnReserved(Now, Reservation(1, Now.AddHours(1)));
        Assert.That(schedule.Accepts(Id(1)), Is.True);
        schedule.SetActive(false);
        Assert.That(schedule.Accepts(Id(1)), Is.False);
    }

    [Test]
    public void NodeThatBecomesPublic_LetsItsReservationsGo_AndAnswersOnTheWayAreNotKept()
    {
        var schedule = Schedule(active: true, 1, 2);
        Take(schedule, Now);
        schedule.OnReserved(Now, Reservation(1, Now.AddHours(1)));
        schedule.SetActive(false);
        schedule.OnReserved(Now, Reservation(2, Now.AddHours(1)));
        Assert.That((schedule.Reservations.Count, schedule.NextTimer), Is.EqualTo((0, (DateTimeOffset?)null)));
        schedule.SetActive(true);
        Assert.That(Take(schedule, Now), Has.Count.EqualTo(2), "both can be asked again at once");
    }

    [Test]
    public void Candidates_AreWanted_WhileTooFewAreLeftToAsk()
    {
        var schedule = Schedule(active: true, 1);
        Assert.That(schedule.NeedsCandidates(Now), Is.True, "two are wanted");
        schedule.AddCandidate(Id(2), []);
        Assert.That(schedule.NeedsCandidates(Now), Is.False);
        Take(schedule, Now);
        Assert.That(schedule.NeedsCandidates(Now), Is.False);
        schedule.OnFailed(Now, Id(1));
        Assert.That(schedule.NeedsCandidates(Now), Is.True);
    }

    [Test]
    public void Candidates_BeyondTheBound_TakeThePlaceOfOneThatFailed_OrAreIgnored()
    {
        var schedule = Schedule(active: true, 1, 2, 3, 4);
        schedule.AddCandidate(Id(5), []);
        Assert.That(schedule.CandidateCount, Is.EqualTo(4));
        var asked = Take(schedule, Now);
        schedule.OnFailed(Now, asked[0]);
        schedule.AddCandidate(Id(5), []);
        schedule.OnReserved(Now, Reservation(5, Now.AddHours(1)));
        Assert.That((schedule.CandidateCount, schedule.Accepts(Id(5))), Is.EqualTo((4, true)), "the new one is known");
        schedule.OnReserved(Now, new RelayReservation(asked[0], Now.AddHours(1), [], null, null));
        Assert.That(schedule.Accepts(asked[0]), Is.False, "the one that failed is forgotten");
    }

    [Test]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.That(() => new RelayClientOptions { WantedReservations = 0 }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new RelayClientOptions { MaxBackoff = TimeSpan.FromSeconds(1) }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new RelayClientOptions { Relays = [Libp2p.Multiformats.Multiaddr.Parse("/ip4/192.0.2.1/tcp/1")] }.Validate(), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new RelayClientOptions().Validate(), Throws.Nothing);
    }

    private static RelaySchedule Schedule(bool active, params byte[] candidates)
    {
        var schedule = new RelaySchedule(s_options, new Random(1));
        foreach (var candidate in candidates) schedule.AddCandidate(Id(candidate), []);
        schedule.SetActive(active);
        return schedule;
    }

    private static List<Libp2p.Identity.PeerId> Take(RelaySchedule schedule, DateTimeOffset now)
    {
        var taken = new List<Libp2p.Identity.PeerId>();
        while (schedule.TryTake(now, out var candidate)) taken.Add(candidate.Peer);
        return taken;
    }

    private static RelayReservation Reservation(byte relay, DateTimeOffset expires) => new(Id(relay), expires, [], null, null);
}
