using HyphaMarket.Cli.Support;

namespace HyphaMarket.Cli.Tests.Support;

/// <summary>What leaves the machine in a support bundle, whoever wrote it into a log or a page.</summary>
public sealed class RedactorTests
{
    [TestCase("started with postgresql+psycopg2://u:hunter2@h/d", "started with postgresql+psycopg2://u:[redacted]@h/d")]
    [TestCase("jdbc:postgresql://u:hunter2@h/d", "jdbc:postgresql://u:[redacted]@h/d")]
    [TestCase("'postgres://u:p@hunter2@h/d'", "'postgres://u:[redacted]@h/d'")]
    [TestCase("Host=h;Database=d;Password=a://hunter2", "Host=h;Database=d;Password=[redacted]")]
    [TestCase("Host=h;Pwd=hunter2;Database=d", "Host=h;Pwd=[redacted];Database=d")]
    [TestCase("Host=h;PSW = 'hunter2'", "Host=h;PSW = '[redacted]'")]
    [TestCase("GET https://h:8080/d?password=hunter2&x=y", "GET https://h:8080/d?password=[redacted]")]
    public void Password_InAnySpellingOfAConnectionString_IsTakenOut(string text, string clean) => Assert.That(new Redactor([]).Clean(text), Is.EqualTo(clean));

    [TestCase("see https://example.org:8080/page about /ip4/10.0.0.1/tcp/4001 and somebody@example.org")]
    [TestCase("postgres://u@h/d")]
    public void AddressWithoutASecret_StaysAsItIs(string text) => Assert.That(new Redactor([]).Clean(text), Is.EqualTo(text));
}
