using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Storage.Prices.Postgres;

namespace HyphaMarket.Node.Tests.Configuration;

/// <summary>A database's connection string: what is refused, and that no secret in it is shown.</summary>
public sealed class ConnectionTextTests
{
    private const string Secret = "hunter2";

    [TestCase("Host=h;Database=d;Password=hunter2", "password-in-configuration")]
    [TestCase("Host=h;Database=d;pwd='hunter2'", "password-in-configuration")]
    [TestCase("Host=h;Database=d;PSW=hunter2", "password-in-configuration")]
    [TestCase("Host=h;Database=d;SSL Password=hunter2", "password-in-configuration")]
    [TestCase("postgresql://u:hunter2@h:5432/d?sslpassword=hunter2", "bad-connection-string")]
    [TestCase("postgres://u:hunt/er2:hunter2@h/d", "bad-connection-string")]
    [TestCase("postgresql+psycopg2://u:hunter2@h/d", "bad-connection-string")]
    [TestCase("jdbc:postgresql://u:hunter2@h/d", "bad-connection-string")]
    [TestCase("jdbc:postgresql://h/d?user=u&password=hunter2", "bad-connection-string")]
    [TestCase(" postgres://u:hunter2@h/d", "bad-connection-string")]
    [TestCase("Host=h;Database=d;Password=a://hunter2", "bad-connection-string")]
    [TestCase("Host=h;Database=d;Pass=hunter2", "password-in-configuration")]
    [TestCase("Host=h;Database=d;Password=hunter2;Sunshine=1", "password-in-configuration")]
    [TestCase("Host=h;hunter2", "bad-connection-string")]
    [TestCase("Host=h;Database=d;Port=hunter2", "bad-connection-string")]
    [TestCase("Host=h;Database=d;Sunshine=hunter2", "bad-connection-string")]
    [TestCase("Database=d", "bad-connection-string")]
    [TestCase("Host=h", "bad-connection-string")]
    [TestCase("Host=h;Database=d;Passfile=pgpass", "bad-connection-string")]
    public void StringThatCannotBeUsed_IsRefusedInWords_WithoutItsSecret(string text, string code)
    {
        var problem = PostgresAddress.Problems(text).Single();
        Assert.That(problem.Code, Is.EqualTo(code));
        Assert.That(problem.ToString(), Does.Not.Contain(Secret));
        Assert.That(problem.Fix, Does.Contain("Passfile").Or.Contain("/etc/hypha-market/pgpass"));
    }

    [TestCase("Host=db.example;Database=market;Username=market;Passfile=/etc/hypha-market/pgpass")]
    [TestCase("host=/run/postgresql;database=market")]
    [TestCase("Server=a;Port=6432;DB=market;User ID=u;SSL Mode=VerifyFull;Timeout=9")]
    public void StringThatCanBeUsed_HasNoProblem_AndIsShownAsItIs(string text)
    {
        Assert.That(PostgresAddress.Problems(text), Is.Empty);
        Assert.That(ConnectionText.Redact(text), Is.EqualTo(text));
    }

    [Test]
    public void OperatorsOwnLimits_AreKept_AndOthersAreOurs()
    {
        Assert.That(PostgresAddress.Parse("Host=h;Database=d;Timeout=9").Text, Does.Contain("Timeout=9").And.Contain("Command Timeout=15").And.Contain("Maximum Pool Size=4"));
        Assert.That(PostgresAddress.Parse("Host=h;Database=d;CommandTimeout=3").Text, Does.Contain("Command Timeout=3").And.Contain("Timeout=5"));
        foreach (var word in new[] { "Maximum Pool Size", "MaxPoolSize", "maxpoolsize" })
        {
            Assert.That(PostgresAddress.Parse($"Host=h;Database=d;{word}=20").Text, Does.Contain("Maximum Pool Size=20"), word);
        }

        Assert.That(PostgresAddress.Parse("Host=h;Database=d;Minimum Pool Size=9").Text, Does.Contain("Maximum Pool Size=9"));
        Assert.That(PostgresAddress.Problems("Host=h;Database=d;Minimum Pool Size=9;MaxPoolSize=2").Single().Code, Is.EqualTo("bad-connection-string"));
    }

    [TestCase("Host=db.example;Database=d")]
    [TestCase("Host=10.0.0.7;Database=d")]
    [TestCase("Server=[2001:db8::1]:5432;Database=d")]
    [TestCase("Host=localhost,db.example:5433;Database=d")]
    [TestCase("Host=localhost.example;Database=d")]
    public void ServerOfAnotherMachine_MustProveItself_UnlessTheStringSaysOtherwise(string text)
    {
        Assert.That(PostgresAddress.Parse(text).Text, Does.Contain("SSL Mode=VerifyFull"));
        foreach (var word in new[] { "SSL Mode", "SslMode", "sslmode" }) Assert.That(PostgresAddress.Parse($"{text};{word}=Prefer").Text, Does.Contain("SSL Mode=Prefer").And.Not.Contain("VerifyFull"), word);
    }

    [TestCase("Host=/run/postgresql;Database=d")]
    [TestCase("Host=localhost;Database=d")]
    [TestCase("Host=127.0.0.2;Database=d")]
    [TestCase("Host=::1;Database=d")]
    [TestCase("Host=LOCALHOST:5433,127.0.0.1:5434;Database=d")]
    public void ServerOfThisMachine_NeedsNoCertificate(string text) => Assert.That(PostgresAddress.Parse(text).Text, Does.Not.Contain("SSL Mode"));

    [Test]
    public void UsersOwnPasswordFile_IsLookedAt_WhereNoOtherIsNamed()
    {
        using var home = new TestSupport.TemporaryDirectory();
        var address = PostgresAddress.Parse("Host=h;Database=d");
        Assert.That(() => address.CheckPassfile(Variable), Throws.Nothing, "there is none");
        var file = home.Write(".pgpass", "h:5432:d:u:p\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.That(Assert.Throws<FatalException>(() => address.CheckPassfile(Variable))!.Problems.Single().Code, Is.EqualTo("passfile-mode"));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.That(() => address.CheckPassfile(Variable), Throws.Nothing);
        Assert.That(() => address.CheckPassfile(name => name == "PGPASSFILE" ? home.File("none") : Variable(name)), Throws.TypeOf<FatalException>(), "one that is named must be there");

        string? Variable(string name) => name == "HOME" ? home.Path : null;
    }

    [Test]
    public void ConfigurationThatIsShown_HasNoSecret()
    {
        using var directory = new TestSupport.TemporaryDirectory();
        string[] texts =
        [
            "Host=h;Database=d;Password=hunter2", "Host=h;Database=d;Passwd=hunter2", "Host=h;hunter2", "Host=h;Password=\"hunter2", "Host=h;Pass word=a;password = hunter2 ;x=y",
            "postgres://u:hunter2@h/d", "postgresql+psycopg2://u:hunter2@h/d", "jdbc:postgresql://u:hunter2@h/d", "jdbc:postgresql://h/d?user=u&password=hunter2", " postgres://u:hunter2@h/d", "Host=h;Database=d;Password=a://hunter2",
        ];
        foreach (var text in texts)
        {
            var sources = new ConfigurationSources { DataDirectory = directory.Path, SystemFile = directory.File("none"), Environment = new Dictionary<string, string> { ["HYPHAMARKET_HISTORY_POSTGRES"] = text } };
            var shown = NodeOptionsLoader.Show(sources).Single(value => value.Key == ConfigurationKeys.HistoryPostgres);
            Assert.That(shown.Value, Does.Contain("[redacted]").And.Not.Contain(Secret), text);
        }
    }

    [Test]
    public void ListInPlaceOfAString_IsRefused_WithoutItsValues()
    {
        using var directory = new TestSupport.TemporaryDirectory();
        directory.Write("config.json", """{ "history": { "postgres": ["Host=a;Password=hunter2", "Host=b"] } }""");
        var sources = new ConfigurationSources { DataDirectory = directory.Path, SystemFile = directory.File("none") };
        var problem = Assert.Throws<FatalException>(() => NodeOptionsLoader.Load(sources))!.Problems.Single();
        Assert.That((problem.Code, problem.Fix), Is.EqualTo(("bad-value", "Give one value, not a list.")));
        Assert.That(problem.ToString(), Does.Contain("history.postgres").And.Contain("config.json").And.Not.Contain(Secret));
    }
}
