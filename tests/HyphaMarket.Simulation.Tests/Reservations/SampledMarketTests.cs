using HyphaMarket.Market.Reservations;
using HyphaMarket.Simulation.Reservations;

namespace HyphaMarket.Simulation.Tests.Reservations;

[TestFixture]
internal sealed class SampledMarketTests
{
    private const int Seed = 17;
    private static readonly StudyContract Contract = new();

    [SetUp]
    public void TellTheSeed() => TestContext.Out.WriteLine($"seed {Seed}");

    [Test]
    public void FourAtATime_IsTheSameAsOneByOne([Values] AvailabilityDraw draw, [Values(1, 2, 7, 40)] int users, [Values(0.0, 0.35, 1.0)] double peak)
    {
        var (honesties, availability) = (HonestiesOf(users), new Availability(peak));
        var (fast, slow) = (new LaneRandom(Seed, 1), new LaneRandom(Seed, 1));
        var outcome = new SampledMarket(Contract, availability, draw).Play(new UserBase(honesties), samples: 50, ref fast);
        var (profit, surplus) = (0.0, 0.0);
        for (var sample = 0; sample < 50; sample++)
        {
            var (reserved, used, received) = (0.0, 0, 0.0);
            foreach (var (declared, isUsed) in Draws(honesties, availability, draw, ref slow))
            {
                reserved += declared;
                received += Contract.Fee + Contract.Premium(declared) + (isUsed ? Contract.ExercisePrice(declared) : 0);
                used += isUsed ? 1 : 0;
            }

            profit += received - reserved - (Contract.LaterPrice * Math.Max(0, used - reserved));
            surplus += reserved - used;
        }

        Assert.That(outcome.Profit, Is.EqualTo(profit / 50 / users).Within(1e-10));
        Assert.That(outcome.Surplus, Is.EqualTo(surplus / 50 / users).Within(1e-10));
        Assert.That(fast.Next(), Is.EqualTo(slow.Next()), "both drew as much");
    }

    [Test]
    public void TheLiveAccount_KeepsWhatTheStudySays_ButForWholeUnitsAndRounding()
    {
        var (honesties, availability, random, again) = (HonestiesOf(200), new Availability(0.5), new LaneRandom(Seed, 1), new LaneRandom(Seed, 1));
        var study = new SampledMarket(Contract, availability, AvailabilityDraw.User).Play(new UserBase(honesties), samples: 1, ref again);
        var account = new CoordinatorAccount(Contract.ToTerms());
        var draws = Draws(honesties, availability, AvailabilityDraw.User, ref random);
        foreach (var (declared, _) in draws) account.Reserve(new Probability((int)Math.Round(declared * Probability.Certain)));
        account.BuyExpected();
        for (var i = 0; i < draws.Count; i++)
        {
            if (draws[i].IsUsed) account.Exercise(i);
        }

        account.Settle();
        // Half a unit too many costs half, half a unit too few costs as much more later; each price is a few micro-credits off.
        Assert.That(account.Statement.Balance.Value / 1e6, Is.EqualTo(study.Profit * 200).Within(0.5 + (200 * 4e-6)));
    }

    [Test]
    public void Profit_IsWhatTheorySays([Values(0.0, 0.6, 0.8, 1.0)] double peak, [Values(0.1, 0.8, 0.95)] double honesty)
    {
        var (users, random, theory) = (UserBase.Around(honesty, 1_000), new LaneRandom(Seed, 2), new ReservationTheory(Contract, new Availability(peak)));
        var (profit, error) = FrozenMarket.Play(new SampledMarket(Contract, theory.Availability, AvailabilityDraw.User), users, samples: 1_000, ref random, CancellationToken.None);
        // Five of its errors; and a thousandth of a thousandth, for that the strays of a thousand users are not quite normal.
        Assert.That(profit, Is.EqualTo(theory.Profit(users.Mean, users.Variance, users.Count)).Within((5 * error) + 1e-6));
    }

    private static double[] HonestiesOf(int users)
    {
        var random = new Random(Seed);
        return [.. Enumerable.Range(0, users).Select(_ => random.NextDouble())];
    }

    /// <summary>What each user declares and whether the unit is used, from the very numbers that the market draws.</summary>
    private static List<(double Declared, bool IsUsed)> Draws(double[] honesties, Availability availability, AvailabilityDraw draw, ref LaneRandom random)
    {
        var common = draw == AvailabilityDraw.Sample ? availability.Quantile(random.NextFraction()) : 0;
        var draws = new List<(double, bool)>();
        while (draws.Count < honesties.Length)
        {
            random.Next(out var need, out var chance);
            for (var lane = 0; lane < 4 && draws.Count < honesties.Length; lane++)
            {
                draws.Add((honesties[draws.Count] * need[lane], draw == AvailabilityDraw.Sample ? need[lane] > common : chance[lane] < availability.Below(need[lane])));
            }
        }

        return draws;
    }
}
