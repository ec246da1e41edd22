using System.Runtime.CompilerServices;
using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Node.Intake;

namespace HyphaMarket.Node.Tests.Intake;

[TestFixture]
internal sealed class PeerLaneTests
{
    [Test]
    public void AJobThatIsDone_IsNotKeptAlive()
    {
        var lane = new PeerLane(new ParticipantId([1, 2, 3]), isFirst: false);
        var done = WorkOff(lane);
        GC.Collect();
        Assert.That(done.IsAlive, Is.False, "a peer's bundles are megabytes");
        GC.KeepAlive(lane);
    }

    [Test]
    public void AJobThatIsNotDone_KeepsTheLaneWithTheVerifiers()
    {
        var lane = new PeerLane(new ParticipantId([1, 2, 3]), isFirst: false);
        Assert.That(lane.TryAdd(NewJob(), 10, out var isToSchedule) && isToSchedule);
        Assert.That(lane.TryPeek(out var job));
        Assert.That(lane.Leave(), "its turn ended, the job did not");
        Assert.That(lane.TryPeek(out var again) && ReferenceEquals(job, again));
        lane.Remove();
        Assert.That((lane.TryPeek(out _), lane.Records, lane.Leave()), Is.EqualTo((false, 0, false)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference WorkOff(PeerLane lane)
    {
        Assert.That(lane.TryAdd(NewJob(), 10, out _));
        Assert.That(lane.TryPeek(out var job));
        lane.Remove();
        return new WeakReference(job);
    }

    private static IntakeJob NewJob() => new(null!, [IntakeItem.Refused(AdmissionVerdict.Wrong(OfferRefusal.Malformed, "It cannot be read."))], _ => { });
}
