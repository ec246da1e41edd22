using HyphaMarket.Market.Money;

namespace HyphaMarket.Market.Tests.Money;

public sealed class MicroCreditsTests
{
    [TestCase("1.25", 1_250_000)]
    [TestCase("1.250000", 1_250_000)]
    [TestCase("0.000001", 1)]
    [TestCase("0", 0)]
    [TestCase("007", 7_000_000)]
    [TestCase("-3.5", -3_500_000)]
    [TestCase("9223372036854.775807", long.MaxValue)]
    [TestCase("-9223372036854.775807", -long.MaxValue)]
    public void Text_IsReadAsDecimalCredits(string text, long micros)
    {
        Assert.That(MicroCredits.TryParse(text, out var amount, out var problem), Is.True, problem);
        Assert.That(amount.Value, Is.EqualTo(micros));
    }

    [TestCase(null, "missing")]
    [TestCase("", "missing")]
    [TestCase("1,25", "not an amount")]
    [TestCase("1e3", "not an amount")]
    [TestCase(" 1", "not an amount")]
    [TestCase("+1", "not an amount")]
    [TestCase("-", "not an amount")]
    [TestCase(".5", "not an amount")]
    [TestCase("1.", "not an amount")]
    [TestCase("1.2.3", "not an amount")]
    [TestCase("\u0661", "not an amount")]
    [TestCase("0.0000001", "finer")]
    [TestCase("9223372036854.775808", "too large")]
    [TestCase("99999999999999999999999999999999999999999999999999999", "too large")]
    public void OtherText_IsRefusedWithAReason(string? text, string said)
    {
        Assert.That(MicroCredits.TryParse(text, out _, out var problem), Is.False);
        Assert.That(problem, Does.Contain(said));
    }

    [TestCase(1_250_000, "1.250000")]
    [TestCase(0, "0.000000")]
    [TestCase(-1, "-0.000001")]
    [TestCase(long.MaxValue, "9223372036854.775807")]
    [TestCase(long.MinValue, "-9223372036854.775808")]
    public void Amount_IsWrittenWithSixDecimals(long micros, string text) => Assert.That(new MicroCredits(micros).ToString(), Is.EqualTo(text));

    [TestCase(5, 6, 5)]
    [TestCase(-5, -6, -6)]
    [TestCase(-1, 0, -1)]
    [TestCase(long.MaxValue, long.MaxValue, long.MaxValue)]
    [TestCase(long.MaxValue, long.MinValue, -1)]
    [TestCase(long.MinValue, long.MinValue, long.MinValue)]
    public void FloorMean_RoundsDownWithoutOverflow(long left, long right, long mean) =>
        Assert.That(MicroCredits.FloorMean(new(left), new(right)).Value, Is.EqualTo(mean));

    [Test]
    public void Times_ThatDoesNotFit_Throws() => Assert.That(() => new MicroCredits(long.MaxValue).Times(2, 1), Throws.TypeOf<OverflowException>());
}
