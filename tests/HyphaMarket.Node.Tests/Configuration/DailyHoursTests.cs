using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Tests.Configuration;

[TestFixture]
internal sealed class DailyHoursTests
{
    [TestCase("22:00-06:00", "23:00", 7 * 60)]
    [TestCase("22:00-06:00", "05:59", 1)]
    [TestCase("22:00-06:00", "06:00", null)]
    [TestCase("22:00-06:00", "21:59", null)]
    [TestCase("08:30-18:00", "08:30", 570)]
    [TestCase("8:00-24:00", "23:59", 1)]
    [TestCase("00:00-24:00", "12:00", 12 * 60)]
    public void Stretch_LastsUntilItsEnd(string text, string at, int? minutes)
    {
        Assert.That(DailyHours.TryParse(text, out var hours));
        Assert.That(hours.LeftAt(DateTimeOffset.Parse($"2026-03-01T{at}:00Z", null)), Is.EqualTo(minutes is { } left ? TimeSpan.FromMinutes(left) : (TimeSpan?)null));
    }

    [TestCase("")]
    [TestCase("night")]
    [TestCase("22-06")]
    [TestCase("22:00")]
    [TestCase("22:00-25:00")]
    [TestCase("22:60-23:00")]
    [TestCase("24:00-06:00")]
    [TestCase("-1:00-06:00")]
    public void WhatIsNoStretch_IsRefused(string text) => Assert.That(DailyHours.TryParse(text, out _), Is.False);
}
