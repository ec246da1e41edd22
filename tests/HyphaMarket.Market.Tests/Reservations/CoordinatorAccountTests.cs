using HyphaMarket.Market.Money;
using HyphaMarket.Market.Reservations;
using HyphaMarket.Market.Tests.Properties;

namespace HyphaMarket.Market.Tests.Reservations;

[TestFixture]
public sealed class CoordinatorAccountTests
{
    private static readonly ReservationTerms Terms = ReservationTermsTests.Paper;

    [Test]
    public void ThreeReservationsOfWhichTwoAreUsed_AddUpAsByHand()
    {
        var account = new CoordinatorAccount(Terms);
        // 0.8, 0.5, 0.2: premiums 0.48 + 0.1875 + 0.03, and 1.5 units expected: two.
        Assert.That(account.Reserve(new Probability(800_000)), Is.EqualTo(new ReservationAnswer(ReservationRefusal.None, 0, new MicroCredits(490_000))));
        Assert.That(account.Reserve(new Probability(500_000)), Is.EqualTo(new ReservationAnswer(ReservationRefusal.None, 1, new MicroCredits(197_500))));
        Assert.That(account.Reserve(new Probability(200_000)), Is.EqualTo(new ReservationAnswer(ReservationRefusal.None, 2, new MicroCredits(40_000))));
        account.BuyExpected();
        Assert.That(account.Statement.Balance, Is.EqualTo(new MicroCredits(727_500 - 2_000_000)));
        Assert.That(account.Exercise(0).Charge, Is.EqualTo(new MicroCredits(550_000)));
        Assert.That(account.Exercise(2).Charge, Is.EqualTo(new MicroCredits(1_450_000)));
        account.Settle();
        Assert.That(account.Statement, Is.EqualTo(new CoordinatorStatement(3, 2, 2, 0, new(30_000), new(697_500), new(2_000_000), new(2_000_000), new(0))));
        Assert.That(account.Statement.Balance, Is.EqualTo(new MicroCredits(727_500)));
    }

    [Test]
    public void ADeficit_IsBoughtAtTheLaterPrice_AndASurplusIsLost()
    {
        var liars = new CoordinatorAccount(Terms);
        for (var i = 0; i < 4; i++) liars.Reserve(new Probability(250_000));
        liars.BuyExpected();
        for (var i = 0; i < 4; i++) liars.Exercise(i);
        liars.Settle();
        Assert.That((liars.Statement.UnitsBoughtEarly, liars.Statement.UnitsBoughtLate, liars.Statement.SpentLate), Is.EqualTo((1L, 3L, new MicroCredits(6_000_000))));

        var boasters = new CoordinatorAccount(Terms);
        for (var i = 0; i < 4; i++) boasters.Reserve(new Probability(1_000_000));
        boasters.BuyExpected();
        boasters.Exercise(3);
        boasters.Settle();
        Assert.That((boasters.Statement.UnitsUnused, boasters.Statement.UnitsBoughtLate), Is.EqualTo((3L, 0L)));
    }

    [Test]
    public void WhatComesAtTheWrongTimeOrTwice_IsRefused_AndChangesNothing()
    {
        var account = new CoordinatorAccount(Terms with { MaxReservations = 2 });
        account.Reserve(new Probability(500_000));
        Refused(account, () => account.Exercise(0), ReservationRefusal.TooEarlyToExercise);
        account.Reserve(new Probability(500_000));
        Refused(account, () => account.Reserve(new Probability(1)), ReservationRefusal.Full);
        account.BuyExpected();
        Refused(account, () => account.Reserve(new Probability(1)), ReservationRefusal.TooLateToReserve);
        Refused(account, () => account.Exercise(-1), ReservationRefusal.Unknown);
        Refused(account, () => account.Exercise(2), ReservationRefusal.Unknown);
        account.Exercise(1);
        Refused(account, () => account.Exercise(1), ReservationRefusal.AlreadyExercised);
        Assert.That(account.BuyExpected, Throws.InvalidOperationException);
        account.Settle();
        Refused(account, () => account.Exercise(0), ReservationRefusal.Expired);
        Assert.That(account.Settle, Throws.InvalidOperationException);
    }

    [Test]
    public void Money_IsConserved_AtEveryStepOfRandomAccounts()
    {
        var random = new Random((int)SeededCheck.Seed);
        TestContext.Out.WriteLine($"seed {SeededCheck.Seed}; replay: HYPHAMARKET_TEST_SEED={SeededCheck.Seed} dotnet test tests/HyphaMarket.Market.Tests -c Release --filter {TestContext.CurrentContext.Test.MethodName}");
        for (var run = 0; run < 200; run++)
        {
            var unit = random.NextInt64(1, 1_000_000_000);
            var account = new CoordinatorAccount(new ReservationTerms { UnitPrice = new(unit), LaterPrice = new(unit * 2), SlopeMillionths = random.Next(1, 2_000_001), Fee = new(random.Next(100_000)), MaxReservations = 50 });
            var paidByUsers = 0L;
            for (var step = 0; step < 200; step++)
            {
                var answer = random.Next(3) == 0 ? account.Exercise(random.Next(-1, 60)) : account.Reserve(new Probability(random.Next(Probability.Certain + 1)));
                paidByUsers += answer.Charge.Value;
                if (step == 100) account.BuyExpected();
                if (step == 180) account.Settle();
                var statement = account.Statement;
                var paidToProviders = (statement.UnitsBoughtEarly * unit) + (statement.UnitsBoughtLate * unit * 2);
                Assert.That(statement.Balance.Value, Is.EqualTo(paidByUsers - paidToProviders));
                Assert.That(answer.Refusal == ReservationRefusal.None || answer.Charge == default);
            }

            Assert.That(account.Statement.UnitsBoughtEarly + account.Statement.UnitsBoughtLate, Is.GreaterThanOrEqualTo(account.Statement.Exercised), "every used unit was bought");
        }
    }

    private static void Refused(CoordinatorAccount account, Func<ReservationAnswer> command, ReservationRefusal why)
    {
        var before = account.Statement;
        Assert.That(command().Refusal, Is.EqualTo(why));
        Assert.That(account.Statement, Is.EqualTo(before));
    }
}
