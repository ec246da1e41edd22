using FsCheck;
using FsCheck.Fluent;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Tests.Settlement;

public sealed class MachineCapacityTests
{
    private static readonly MarketId Single = new(Hash256.Of("one GPU"u8));
    private static readonly MarketId Whole = new(Hash256.Of("eight GPUs"u8));

    /// <summary>Eight GPUs and 512 GiB: sold one by one with 64 GiB each, or all at once.</summary>
    private static readonly MachineCapacity Machine = new([8, 512], new Dictionary<MarketId, IReadOnlyList<long>> { [Single] = [1, 64], [Whole] = [8, 400] });

    [Test]
    public void ALeaseOfTheWholeMachine_ExcludesASingleOne()
    {
        Assert.That(Machine.Fits([Use(Single, 1, 0, 10)], Use(Whole, 1, 5, 15)), Is.False);
        Assert.That(Machine.Fits([Use(Whole, 1, 0, 10)], Use(Single, 1, 9, 15)), Is.False);
        Assert.That(Machine.Fits([Use(Single, 7, 0, 10)], Use(Single, 1, 0, 10)), Is.True);
        Assert.That(Machine.Fits([Use(Single, 8, 0, 10)], Use(Single, 1, 0, 10)), Is.False);
    }

    [Test]
    public void UsesThatDoNotOverlapInTime_DoNotExcludeEachOther()
    {
        Assert.That(Machine.Fits([Use(Whole, 1, 0, 10)], Use(Whole, 1, 10, 20)), Is.True, "an end is exclusive");
        Assert.That(Machine.Fits([Use(Whole, 1, 20, 30)], Use(Whole, 1, 10, 20)), Is.True);
        Assert.That(Machine.Fits([Use(Whole, 1, 19, 30)], Use(Whole, 1, 10, 20)), Is.False);
    }

    [Test]
    public void AnUnknownMarketOrNoUnits_DoNotFit()
    {
        var unknown = new MarketId(Hash256.Of("unknown"u8));
        Assert.That(Machine.Fits([], Use(unknown, 1, 0, 1)), Is.False);
        Assert.That(Machine.Fits([], Use(Single, 0, 0, 1)), Is.False);
        Assert.That(Machine.Fits([Use(unknown, 1, 0, 10)], Use(Single, 1, 0, 1)), Is.False, "what cannot be weighed is not sold beside");
    }

    [Test]
    public void HugeNumbers_DoNotOverflow() =>
        Assert.That(Machine.Fits([Use(Single, int.MaxValue, 0, 10), Use(Whole, int.MaxValue, 0, 10)], Use(Single, int.MaxValue, 0, 10)), Is.False);

    [Test]
    public void OffersOverSeveralProfiles_AreKeptWithinOneMachine()
    {
        Assert.That(Machine.FitsTogether([Use(Single, 4, 0, 10)], [[new(Single, 4)]]), Is.True);
        Assert.That(Machine.FitsTogether([Use(Single, 4, 0, 10)], [[new(Single, 3)], [new(Single, 2)]]), Is.False);
        Assert.That(Machine.FitsTogether([], [[new(Single, 1)], [new(Whole, 1)]]), Is.False, "each alone would fit");
        Assert.That(Machine.FitsTogether([], [[new(new MarketId(Hash256.Of("unknown"u8)), 1)]]), Is.False);
    }

    [Test]
    public void OffersOfOneGroup_CountOnce_AtTheirLargest()
    {
        Assert.That(Machine.FitsTogether([], [[new(Single, 8), new(Whole, 1)]]), Is.True, "one of them fills");
        Assert.That(Machine.FitsTogether([], [[new(Single, 1), new(Whole, 1)], [new(Single, 1)]]), Is.False, "it may be the larger one");
        Assert.That(Machine.FitsTogether([Use(Single, 1, 0, 10)], [[new(Single, 7), new(Single, 5)]]), Is.True);
    }

    [Test]
    public void AUnitThatTakesNothing_IsNoUnit() =>
        Assert.That(() => new MachineCapacity([8], new Dictionary<MarketId, IReadOnlyList<long>> { [Single] = [0] }), Throws.ArgumentException);

    [FsCheck.NUnit.Property]
    public Property ItAgreesWithACountAtEveryMoment()
    {
        var use = ArbMap.Default.GeneratorFor<byte>().Four().Select(x => Use(x.Item1 % 4 == 0 ? Whole : Single, (x.Item2 % 3) + 1, x.Item3 % 20, (x.Item3 % 20) + 1 + (x.Item4 % 10)));
        return Prop.ForAll(use.ListOf().ToArbitrary(), use.ToArbitrary(), (taken, wanted) =>
        {
            var fits = Enumerable.Range(0, 40).Where(t => t >= wanted.From.UnixMs && t < wanted.Until.UnixMs).All(t =>
            {
                var now = taken.Append(wanted).Where(other => other.From.UnixMs <= t && t < other.Until.UnixMs).ToArray();
                return now.Sum(other => other.Units * (other.Market == Whole ? 8 : 1)) <= 8 && now.Sum(other => other.Units * (other.Market == Whole ? 400 : 64)) <= 512;
            });
            return Machine.Fits(taken.ToArray(), wanted) == fits;
        });
    }

    private static CapacityUse Use(MarketId market, int units, long from, long until) => new(market, units, new Instant(from), new Instant(until), default);
}
