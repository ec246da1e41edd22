using System.Text.Json;
using Google.Protobuf;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;
using HyphaMarket.Node.Storage;

namespace HyphaMarket.Cli.Tests.Verbs;

/// <summary><c>market verify</c> on files, without a daemon.</summary>
public sealed class ProofVerbTests
{
    private CommandLine _line = null!;
    private SignedMatch _match = null!;
    private string _proof = null!;

    [SetUp]
    public void Open()
    {
        (_line, _match) = (new CommandLine(), new SignedMatch());
        _proof = Written("match.proof", _match.File);
    }

    [TearDown]
    public void Close()
    {
        _match.Dispose();
        _line.Dispose();
    }

    [Test]
    public async Task Verify_OfAFileWithoutAnAnchor_SaysPlainlyWhatItProves()
    {
        var verdict = await VerdictAsync(ExitCode.Ok);
        Assert.Multiple(() =>
        {
            Assert.That(Text(verdict, "verdict"), Is.EqualTo("verified"));
            Assert.That(Text(verdict, "match"), Is.EqualTo(_match.Match));
            Assert.That(Text(verdict, "profile"), Is.EqualTo("discovery-alpha"));
            Assert.That(Text(verdict, "anchor"), Is.EqualTo("certificate"));
            Assert.That(Text(verdict, "anchor_says"), Does.Contain("these members signed it, and not that they were the market's brokers"));
            Assert.That(verdict.GetProperty("voters").GetArrayLength(), Is.EqualTo(4));
            Assert.That(verdict.GetProperty("buy_price_micros").GetInt64(), Is.EqualTo(900));
            Assert.That(verdict.GetProperty("recomputed").GetBoolean(), Is.False);
            Assert.That(Text(verdict, "slot_at"), Does.StartWith("2023-11-14T22:16:42"));
        });
    }

    [Test]
    public async Task Verify_InATable_TellsTheAnchorAndTheVotes()
    {
        var result = await _line.RunAsync("market", "verify", _proof);
        Assert.That(result.Out, Does.Contain("verified").And.Contain("4 of 4, 3 certify").And.Contain("0.000900 credits/min").And.Contain("nothing else vouches for"));
    }

    [Test]
    public async Task Verify_Full_OfAProofWithoutTheInput_IsPartial()
    {
        var result = await _line.RunAsync("market", "verify", _proof, "--full");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Partial));
        Assert.That(result.Out, Does.Contain("verified"));
        Assert.That(result.Error, Does.Contain("not recomputed"));
    }

    [Test]
    public async Task Verify_WithAnAnchorFile_HoldsTheProofAgainstIt()
    {
        var sets = Written("sets.proof", _match.Sets);
        var verdict = await VerdictAsync(ExitCode.Ok, "--anchor", sets);
        Assert.That(Text(verdict, "anchor"), Is.EqualTo("file"));
        Assert.That(Text(verdict, "anchor_says"), Does.Contain(sets).And.Contain("is the one that voted"));
        Assert.That(verdict.GetProperty("links").GetInt32(), Is.Zero);
    }

    [Test]
    public async Task Verify_WithAnAnchorThatDoesNotLeadThere_Refutes()
    {
        using var other = new SignedMatch();
        var verdict = await VerdictAsync(ExitCode.Error, "--anchor", Written("other.proof", other.Sets));
        Assert.That(Text(verdict, "verdict"), Is.EqualTo("refuted"));
        Assert.That(Text(verdict, "code"), Is.EqualTo("not-anchored"));
        Assert.That(verdict.TryGetProperty("match", out _), Is.False, "of what is refuted nothing is told");
    }

    [Test]
    public async Task Verify_WhereTheNodeBelievesTheBrokerSet_SaysSo([Values] bool sameNetwork)
    {
        DataDirectory.Prepare(_line.DataDirectory);
        using (var history = History.Open(new NodeOptions { DataDirectory = _line.DataDirectory }.HistoryFile))
        {
            var network = sameNetwork ? SignedMatch.Network.ToString() : new string('0', 64);
            history.Save(new BrokerSetRow(_match.Config.Id.ToString(), network, _match.Config.Market.ToString(), 0, 1, _match.Config.Record.ToByteArray()));
        }

        var verdict = await VerdictAsync(ExitCode.Ok);
        Assert.That(Text(verdict, "anchor"), Is.EqualTo(sameNetwork ? "data-directory" : "certificate"));
        if (sameNetwork) Assert.That(Text(verdict, "anchor_says"), Does.Contain(_line.DataDirectory));
    }

    [TestCase("not-a-proof")]
    [TestCase("damaged")]
    [TestCase("no-certificate")]
    public async Task Verify_OfWrongBytes_RefutesWithTheirCode(string code)
    {
        var changed = (byte[])_match.File.Clone();
        changed[^1] ^= 1;
        _proof = Written("wrong", code switch { "not-a-proof" => "{}"u8.ToArray(), "damaged" => changed, _ => _match.Sets });
        var verdict = await VerdictAsync(ExitCode.Error);
        Assert.That(Text(verdict, "code"), Is.EqualTo(code));
        Assert.That(Text(verdict, "reason"), Is.Not.Empty);
    }

    [Test]
    public async Task Verify_OfAFileThatIsNotThere_IsNotFound()
    {
        var result = await _line.RunAsync("market", "verify", _line.Directory.File("nowhere"), "-o", "json");
        Assert.That(result.Code, Is.EqualTo(ExitCode.NotFound));
        Assert.That(result.Error, Does.Contain("no-such-file"));
        Assert.That(result.Out, Is.Empty);
    }

    [Test]
    public async Task Verify_WithAnAnchorThatIsNone_IsAUsageError()
    {
        var result = await _line.RunAsync("market", "verify", _proof, "--anchor", Written("none", "no"u8.ToArray()));
        Assert.That(result.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(result.Error, Does.Contain("bad-anchor").And.Contain("broker proof"));
    }

    private async Task<JsonElement> VerdictAsync(ExitCode code, params string[] args)
    {
        var result = await _line.RunAsync([.. new[] { "market", "verify", _proof, "-o", "json" }, .. args]);
        Assert.That(result.Code, Is.EqualTo(code), result.Error + result.Out);
        return JsonDocument.Parse(result.Out).RootElement;
    }

    private string Written(string name, byte[] bytes)
    {
        var path = _line.Directory.File(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static string? Text(JsonElement value, string name) => value.TryGetProperty(name, out var member) ? member.GetString() : null;
}
