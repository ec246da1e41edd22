using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Trading.Checking;
using HyphaMarket.Wire;

namespace HyphaMarket.Node.Tests.Trading.Checking;

public sealed class AnswerPaceTests
{
    private static readonly CheckOptions Options = new() { MaxPaced = 2 };
    private static readonly ParticipantId Buyer = new(new byte[] { 1 }), Stranger = new(new byte[] { 2 });

    [Test]
    public void Lease_IsAnsweredOnceInAWhile_HoweverOftenItsBuyerAsks()
    {
        var time = new TurnedStopwatch();
        var pace = new AnswerPace(Options, time);
        Assert.That((pace.IsEarly(Lease(1), Buyer), pace.TryTake(Lease(1), Buyer)), Is.EqualTo((false, true)));
        time.Advance(Options.AnswerEvery - TimeSpan.FromTicks(1));
        Assert.That((pace.IsEarly(Lease(1), Buyer), pace.TryTake(Lease(1), Buyer)), Is.EqualTo((true, false)));
        Assert.That(pace.IsEarly(Lease(1), Stranger), Is.False, "a stranger is not told that somebody asked");
        Assert.That(pace.TryTake(Lease(2), Buyer), "each lease has its own turn");
        time.Advance(TimeSpan.FromTicks(1));
        Assert.That((pace.IsEarly(Lease(1), Buyer), pace.TryTake(Lease(1), Buyer)), Is.EqualTo((false, true)));
    }

    [Test]
    public void Answer_IsNews_OnceForALeaseAndALook()
    {
        var time = new TurnedStopwatch();
        var pace = new AnswerPace(Options, time);
        var told = new List<bool>();
        foreach (var look in new long[] { 5, 5, 5, 9, 9 })
        {
            Assert.That(pace.TryTake(Lease(1), Buyer));
            told.Add(pace.IsNews(Lease(1), new Instant(look)));
            time.Advance(Options.AnswerEvery);
        }

        Assert.That(told, Is.EqualTo(new[] { true, false, false, true, false }));
        pace.TryTake(Lease(2), Buyer);
        Assert.That(pace.IsNews(Lease(2), new Instant(9)));
    }

    [Test]
    public void Leases_ThatMayAskAgain_AreForgotten_AndOthersAreNot()
    {
        var time = new TurnedStopwatch();
        var pace = new AnswerPace(Options, time);
        foreach (var number in new byte[] { 1, 2 })
        {
            pace.TryTake(Lease(number), Buyer);
            pace.IsNews(Lease(number), new Instant(5));
        }

        time.Advance(Options.AnswerEvery);
        pace.TryTake(Lease(2), Buyer);
        Assert.That(pace.TryTake(Lease(3), Buyer), "the third makes room");
        Assert.That((pace.TryTake(Lease(2), Buyer), pace.IsNews(Lease(2), new Instant(5))), Is.EqualTo((false, false)), "it may not ask again yet");
        Assert.That((pace.TryTake(Lease(1), Buyer), pace.IsNews(Lease(1), new Instant(5))), Is.EqualTo((true, true)));
    }

    private static RecordId Lease(byte number) => new(Hash256.Of([number]));
}
