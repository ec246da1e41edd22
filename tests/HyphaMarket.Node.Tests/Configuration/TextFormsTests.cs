using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Tests.Configuration;

public sealed class TextFormsTests
{
    [TestCase("1", 1_000_000)]
    [TestCase("0.012 credits/min", 12_000)]
    [TestCase("0.000001 cr", 1)]
    [TestCase("12_000 micros", 12_000)]
    [TestCase("-3.5 credits", -3_500_000)]
    public void Money_AsPeopleWriteIt_IsReadExactly(string text, long micros)
    {
        Assert.That(CreditText.TryParse(text, out var read), Is.True);
        Assert.That(read, Is.EqualTo(micros));
    }

    [TestCase("0.0000001")]
    [TestCase("1,5")]
    [TestCase("1 euro")]
    [TestCase("1.5 micros")]
    [TestCase("99999999999999999999")]
    [TestCase("")]
    [TestCase("credits")]
    public void Money_ThatIsNotExact_IsRefused(string text) => Assert.That(CreditText.TryParse(text, out _), Is.False);

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(-12_345_678)]
    [TestCase(9_000_000_000_000_000_000)]
    public void Money_Formatted_ReadsBack(long micros)
    {
        Assert.That(CreditText.TryParse(CreditText.PerMinute(micros), out var read), Is.True);
        Assert.That(read, Is.EqualTo(micros));
    }

    [TestCase("90s", 90)]
    [TestCase("1h30m", 5_400)]
    [TestCase("2d", 172_800)]
    [TestCase("5min", 300)]
    [TestCase("0.5h", 1_800)]
    public void Duration_AsPeopleWriteIt_IsRead(string text, int seconds)
    {
        Assert.That(DurationText.TryParse(text, out var read), Is.True);
        Assert.That(read, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
        Assert.That(DurationText.TryParse(DurationText.Format(read), out var again) && again == read, Is.True);
    }

    [TestCase("90")]
    [TestCase("s")]
    [TestCase("1x")]
    [TestCase("1h-30m")]
    [TestCase("9999999999999d")]
    public void Duration_ThatIsNone_IsRefused(string text) => Assert.That(DurationText.TryParse(text, out _), Is.False);

    [TestCase("broker", "broekr", 1)]
    [TestCase("slots", "slots", 0)]
    [TestCase("", "abc", 3)]
    [TestCase("kitten", "sitting", 3)]
    public void EditDistance_CountsSlips(string a, string b, int slips) => Assert.That(EditDistance.Between(a, b), Is.EqualTo(slips));

    [Test]
    public void NearestWord_TooFarAway_IsNone() => Assert.That(EditDistance.Nearest("zebra", ["broker", "worker"]), Is.Null);
}
