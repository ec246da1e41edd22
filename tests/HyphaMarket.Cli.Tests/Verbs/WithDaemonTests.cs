using System.Text.Json;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Verbs;

public sealed class WithDaemonTests : DaemonFixture
{
    [Test]
    public async Task NodeStatus_OfAReadyNode_IsOk()
    {
        var result = await _line.RunAsync("node", "status");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
        Assert.That(result.Out, Does.Contain("peer").And.Contain("12D3KooW").And.Contain("devnet"));
    }

    [Test]
    public async Task MarketProof_WritesAFile_ThatVerifies_AndIsNeverWrittenOver()
    {
        using var match = new SignedMatch();
        _daemon.Proofs[match.Match] = match.File;
        var path = _line.Directory.File("match.proof");
        var written = await _line.RunAsync("market", "proof", match.Match, "--file", path, "-o", "json");
        Assert.That(written.Code, Is.EqualTo(ExitCode.Ok), written.Error);
        Assert.That(JsonDocument.Parse(written.Out).RootElement.GetProperty("bytes").GetInt32(), Is.EqualTo(match.File.Length));
        Assert.That(written.Error, Does.Contain("cannot be recomputed"));
        Assert.That(await File.ReadAllBytesAsync(path), Is.EqualTo(match.File));
        Assert.That((await _line.RunAsync("market", "verify", path, "-q")).Out.Trim(), Is.EqualTo("verified"));

        var again = await _line.RunAsync("market", "proof", match.Match, "--file", path);
        Assert.That(again.Code, Is.EqualTo(ExitCode.Error));
        Assert.That(again.Error, Does.Contain("file-exists"));
    }

    [Test]
    public async Task MarketVerify_OfAMatchId_AsksTheDaemonForItsProof()
    {
        using var match = new SignedMatch();
        _daemon.Proofs[match.Match] = match.File;
        Assert.That((await _line.RunAsync("market", "verify", match.Match, "-q")).Out.Trim(), Is.EqualTo("verified"));
        var unknown = await _line.RunAsync("market", "verify", new string('0', 64));
        Assert.That(unknown.Code, Is.EqualTo(ExitCode.NotFound));
        Assert.That(unknown.Error, Does.Contain("unknown-match"));
    }

    [Test]
    public async Task BrokerProof_WritesTheSets_ThatAnchorAProof()
    {
        using var match = new SignedMatch();
        _daemon.BrokerProof = match.Sets;
        var (sets, proof) = (_line.Directory.File("sets"), _line.Directory.File("proof"));
        Assert.That((await _line.RunAsync("broker", "proof", "discovery-alpha", "-f", sets)).Code, Is.EqualTo(ExitCode.Ok));
        await File.WriteAllBytesAsync(proof, match.File);
        var result = await _line.RunAsync("market", "verify", proof, "--anchor", sets, "-o", "json");
        Assert.That(JsonDocument.Parse(result.Out).RootElement.GetProperty("anchor").GetString(), Is.EqualTo("file"), result.Error);
    }

    [Test]
    public async Task BrokerWhy_ExplainsTheSet_InATableAndAsJson()
    {
        var table = await _line.RunAsync("broker", "why", "discovery-alpha");
        Assert.That(table.Code, Is.EqualTo(ExitCode.Ok), table.Error);
        Assert.That(table.Out, Does.Contain("40 in the network (estimated), 3 found near the key").And.Contain("3 = min(3 found, ceil(sqrt(40)) kept within 5 and 31)").And.Contain("epoch 2, change")
            .And.Contain("12D3KooWa  member, signed, since epoch 1, term to 1970-01-02T00:00:00Z, connected").And.Contain("12D3KooWc  no member, this node").And.Contain("next when a place is free"));
        var why = JsonDocument.Parse((await _line.RunAsync("broker", "why", "discovery-alpha", "-o", "json")).Out).RootElement;
        Assert.That(why.GetProperty("wanted").GetInt32(), Is.EqualTo(3));
        Assert.That(why.GetProperty("candidates")[2].TryGetProperty("rank", out _), Is.False, "the lookup did not find it");
    }

    [Test]
    public async Task OrderCreate_WritesTheEffectiveTerms()
    {
        var result = await _line.RunAsync("order", "create", "bid", "discovery-alpha", "--price", "0.012 credits/min", "-n", "3", "--term", "2h", "--require", "region=eu,us", "-o", "json");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
        var order = JsonDocument.Parse(result.Out).RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(order.GetProperty("price_micros").GetInt64(), Is.EqualTo(12_000));
            Assert.That(order.GetProperty("price").GetString(), Is.EqualTo("0.012000 credits/min"));
            Assert.That(order.GetProperty("quantity").GetInt32(), Is.EqualTo(3));
            Assert.That(order.GetProperty("term_minutes").GetInt32(), Is.EqualTo(120));
            Assert.That(order.GetProperty("hint").GetString(), Is.EqualTo("region=eu,us"));
        });
    }

    [Test]
    public async Task OrderCreate_RefusedByTheMarket_TellsCodeAndHint()
    {
        _daemon.Failure = new ApiException(ApiFailure.Refused, "book-full", "The book is full.", "The worst price kept is 0.01.");
        var result = await _line.RunAsync("order", "create", "ask", "discovery-alpha", "--price", "1");
        Assert.That(result.Code, Is.EqualTo(ExitCode.RefusedByMarket));
        Assert.That(result.Error, Is.EqualTo("error: The book is full.\ncode:  book-full\nhint:  The worst price kept is 0.01.\n"));
    }

    [Test]
    public async Task OrderCreateMany_PlacesTheOrdersOfAFile_AndTellsOfEach()
    {
        var file = _line.Directory.File("orders.jsonl");
        const string bid = """{"market":"discovery-alpha","side":"bid","price_micros":12000,"quantity":2}""", ask = """{"market":"discovery-alpha","side":"ask","price_micros":9000}""";
        await File.WriteAllLinesAsync(file, [bid, "", bid]);
        var all = await _line.RunAsync("order", "create-many", file, "-o", "json");
        Assert.That(all.Code, Is.EqualTo(ExitCode.Ok), all.Error);
        Assert.That(JsonDocument.Parse(all.Out).RootElement.EnumerateArray().Select(one => (one.GetProperty("number").GetInt32(), one.GetProperty("order").GetProperty("price_micros").GetInt64())), Is.EqualTo(new[] { (1, 12_000L), (2, 12_000L) }));

        await File.WriteAllLinesAsync(file, [bid, ask]);
        var some = await _line.RunAsync("order", "create-many", file);
        Assert.That(some.Code, Is.EqualTo(ExitCode.Partial), some.Error);
        Assert.That(some.Out, Does.Contain("not-a-worker"));
        Assert.That(some.Error, Does.Contain("1 of 2 orders were placed."));
        await File.WriteAllLinesAsync(file, [ask]);
        Assert.That((await _line.RunAsync("order", "create-many", file, "-o", "csv")).Code, Is.EqualTo(ExitCode.RefusedByMarket));

        using var elsewhere = new CommandLine();
        Assert.That((await elsewhere.RunAsync("order", "create-many", file)).Code, Is.EqualTo(ExitCode.DaemonUnreachable), "no daemon in that directory");
    }

    [Test]
    public async Task OrderCreateMany_OfAFileThatIsNone_SaysWhatIsWrongWithIt()
    {
        var file = _line.Directory.File("orders.jsonl");
        var missing = await _line.RunAsync("order", "create-many", file);
        Assert.That((missing.Code, missing.Error.Contains("unreadable-file", StringComparison.Ordinal)), Is.EqualTo((ExitCode.NotFound, true)), missing.Error);
        foreach (var (text, said) in new[] { ("", "no-orders"), ("{}", "Line 1"), ("""{"market":"x","side":"bid","price_micros":1,"prise":2}""", "prise"), (string.Join('\n', Enumerable.Repeat("""{"market":"x","side":"bid","price_micros":1}""", 1_025)), "more than 1024") })
        {
            await File.WriteAllTextAsync(file, text);
            var result = await _line.RunAsync("order", "create-many", file);
            Assert.That((result.Code, result.Error.Contains(said, StringComparison.Ordinal)), Is.EqualTo((ExitCode.Usage, true)), result.Error);
        }
    }

    [Test]
    public async Task OrderCreate_Waiting_EndsWhenTheOrderIsLeased()
    {
        var asked = 0;
        _daemon.Advance = order => ++asked < 3 ? order : order with { State = OrderState.Filled, Filled = 1, Leases = ["cc"] };
        var result = await _line.RunAsync("order", "create", "bid", "discovery-alpha", "--price", "1", "--wait", "leased", "-o", "jsonl");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
        Assert.That(JsonDocument.Parse(result.Out).RootElement.GetProperty("state").GetString(), Is.EqualTo("filled"));
    }

    [Test]
    public async Task OrderCreate_Waiting_EndsOnFailureToo()
    {
        _daemon.Advance = order => order with { State = OrderState.Expired };
        Assert.That((await _line.RunAsync("order", "create", "bid", "discovery-alpha", "--price", "1", "--wait", "matched")).Code, Is.EqualTo(ExitCode.RefusedByMarket));
        _daemon.Advance = order => order;
        var late = await _line.RunAsync("order", "create", "bid", "discovery-alpha", "--price", "1", "--wait", "matched", "--timeout", "1ms");
        Assert.That(late.Code, Is.EqualTo(ExitCode.TimedOut));
    }

    [Test]
    public async Task OrderCancel_OfSome_IsPartial()
    {
        await _line.RunAsync("order", "create", "bid", "discovery-alpha", "--price", "1");
        var id = _daemon.Orders[0].Id;
        Assert.That((await _line.RunAsync("order", "cancel", id)).Code, Is.EqualTo(ExitCode.Ok));
        var some = await _line.RunAsync("order", "cancel", id, "ffffff", "-q");
        Assert.That(some.Code, Is.EqualTo(ExitCode.Partial));
        Assert.That(some.Out.Trim(), Is.EqualTo(id));
        Assert.That(some.Error, Does.Contain("unknown-order"));
        Assert.That((await _line.RunAsync("order", "cancel", "ffffff")).Code, Is.EqualTo(ExitCode.NotFound));
    }

    [Test]
    public async Task Lists_AreWrittenInEveryFormat()
    {
        for (var i = 0; i < 2; i++) await _line.RunAsync("order", "create", "bid", "discovery-alpha", "--price", "1");
        Assert.That((await _line.RunAsync("order", "ls")).Out.TrimEnd().Split('\n'), Has.Length.EqualTo(3));
        Assert.That(JsonDocument.Parse((await _line.RunAsync("order", "ls", "-o", "json")).Out).RootElement.GetArrayLength(), Is.EqualTo(2));
        Assert.That((await _line.RunAsync("order", "ls", "-o", "jsonl", "--limit", "1")).Out.TrimEnd().Split('\n'), Has.Length.EqualTo(1));
        Assert.That((await _line.RunAsync("order", "ls", "-q", "--state", "filled")).Out, Is.Empty);
        Assert.That((await _line.RunAsync("order", "get", "2", "-o", "csv")).Out, Does.StartWith("id,side,market,price,"));
    }

    [Test]
    public async Task MarketVerbs_ShowPrices()
    {
        Assert.That((await _line.RunAsync("market", "ls")).Out, Does.Contain("discovery-alpha"));
        Assert.That((await _line.RunAsync("market", "quote", "discovery-alpha", "-o", "csv")).Out, Does.Contain("0.012000 credits/min x 3"));
        var depth = (await _line.RunAsync("market", "depth", "discovery-alpha", "-q")).Out.TrimEnd().Split('\n');
        Assert.That(depth, Is.EqualTo(new[] { "0.014000 credits/min", "0.013000 credits/min", "0.012000 credits/min", "0.011000 credits/min" }), "asks above bids, best in the middle");
        var watched = await _line.RunAsync("market", "watch", "discovery-alpha", "-o", "jsonl", "--count", "3");
        Assert.That(watched.Out.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("slot").GetInt32()), Is.EqualTo(new[] { 1, 2, 3 }));
        var brokers = await _line.RunAsync("broker", "ls", "discovery-alpha", "-q");
        Assert.That(brokers.Out, Is.EqualTo("12D3KooWa\n12D3KooWb\n"));
        Assert.That(brokers.Error, Does.Contain("4 votes certify"));
    }

    [Test]
    public async Task MarketWatch_OfAnUnknownMarket_IsNotFound()
    {
        _daemon.Failure = new ApiException(ApiFailure.NotFound, "unknown-market", "There is no market x.");
        Assert.That((await _line.RunAsync("market", "watch", "x")).Code, Is.EqualTo(ExitCode.NotFound));
    }

    [Test]
    public async Task WordsOfOthers_MoveNoCursor_AndPassForNoLineOfTheProgram([Values] bool terminal, [Values("table", "csv", "jsonl")] string format)
    {
        const string Lie = "no\u001b[2J\u009b1m\u202e\rverdict  fits\ncode:  ok";
        _line.OutputIsTerminal = terminal;
        _daemon.Failure = new ApiException(ApiFailure.Refused, "re\u001bfused", Lie, Lie);
        _daemon.Check = _daemon.Check with { System = Lie, Problems = [Lie], Verdict = LeaseCheckView.Less };
        var refused = await _line.RunAsync("market", "quote", "discovery-alpha", "-o", format);
        Assert.That(refused.Code, Is.EqualTo(ExitCode.RefusedByMarket));
        if (format == "table") Assert.That(refused.Error.Split('\n')[..2], Is.EqualTo(new[] { "error: no?[2J?1m??verdict  fits", "       code:  ok" }));
        var shown = await _line.RunAsync("lease", "check", "cccccc", "-o", format);
        var kept = await _line.RunAsync("lease", "check", "cccccc", "--kept", "-o", format);
        if (format != "jsonl") Assert.That(shown.Out, Does.Contain("?[2J?1m"), "told all the same");
        foreach (var text in new[] { refused.Error, shown.Out, kept.Out })
        {
            Assert.That(text.Where(c => char.IsControl(c) && c != '\n'), Is.Empty, text);
            if (format != "jsonl") Assert.That(text, Does.Not.Contain('\u202e'));
            if (format == "table") Assert.That(text.Split('\n'), Has.None.StartsWith("code:  ok").And.None.StartsWith("verdict  fits"));
        }
    }

    [Test]
    public async Task LeaseVerbs_ShowAndEnd()
    {
        Assert.That((await _line.RunAsync("lease", "ls", "-o", "csv")).Out, Does.Contain("0.012500 credits/min").And.Not.Contain("checked"), "the daemon tells of no check there: an empty column would say that there was none");
        Assert.That((await _line.RunAsync("lease", "get", "cccccc")).Out, Does.Contain("buyer"));
        Assert.That(JsonDocument.Parse((await _line.RunAsync("lease", "end", "cccccc", "-o", "json")).Out).RootElement.GetProperty("state").GetString(), Is.EqualTo("ended"));
    }

    [TestCase(LeaseCheckView.Fits, ExitCode.Ok)]
    [TestCase(LeaseCheckView.Less, ExitCode.Error)]
    [TestCase(LeaseCheckView.Unknown, ExitCode.Partial)]
    public async Task LeaseCheck_TellsByItsExitCode_WhatCameOut(string verdict, ExitCode code)
    {
        _daemon.Check = _daemon.Check with { Verdict = verdict, Findings = [new LeaseFindingView("memory", "64,000 MiB", "32,000 MiB", verdict)] };
        foreach (var format in new[] { "table", "json", "jsonl", "csv" })
        {
            var result = await _line.RunAsync("lease", "check", "cccccc", "-o", format);
            Assert.That(result.Code, Is.EqualTo(code), result.Error);
            Assert.That(result.Out, Does.Contain(verdict).And.Contain("64,000 MiB").And.Contain("32,000 MiB"), format);
            Assert.That(result.Error, Does.Contain("no proof"));
        }
    }

    [Test]
    public async Task LeaseChecks_ThatAreKept_AreListed_AndTheLeaseTellsOfTheLast()
    {
        _daemon.Check = _daemon.Check with { Verdict = LeaseCheckView.Less };
        var kept = await _line.RunAsync("lease", "check", "cccccc", "--kept", "-o", "json");
        Assert.That(kept.Code, Is.EqualTo(ExitCode.Ok), "to look at what was is no finding");
        Assert.That(JsonDocument.Parse(kept.Out).RootElement.GetArrayLength(), Is.EqualTo(2));
        Assert.That((await _line.RunAsync("lease", "get", "cccccc")).Out, Does.Match("checked +less 1970-01-01T00:00:00Z"));
    }

    [Test]
    public async Task OrderWatch_FollowsUntilItIsInterrupted()
    {
        using var stop = new CancellationTokenSource();
        _daemon.Events.Publish(new NodeEvent { Event = NodeEventKind.Order, Order = "aa", State = OrderState.Open });
        var watching = _line.RunAsync(stop.Token, "order", "watch", "--after", "0", "-o", "jsonl");
        stop.CancelAfter(TimeSpan.FromSeconds(1));
        var result = await watching.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(result.Code, Is.EqualTo(ExitCode.Interrupted));
        Assert.That(result.Out, Does.Contain("\"order\":\"aa\""));
    }

    [Test]
    public async Task Tunnel_MovesBytesAsTheDevnetProbesIt()
    {
        await using var echo = new EchoServer();
        using var api = new ApiClient(Path.Combine(_line.DataDirectory, "api.sock"));
        Assert.That(await TunnelProbe.RunAsync(api, "cccccc", echo.Port, CancellationToken.None), Is.EqualTo(256 * 1024));
        Assert.That(echo.Echoed, Is.EqualTo(256 * 1024));
    }
}
