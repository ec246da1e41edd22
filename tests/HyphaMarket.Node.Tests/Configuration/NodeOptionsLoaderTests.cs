using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Configuration;

public sealed class NodeOptionsLoaderTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void MakeDirectory() => _directory = new TemporaryDirectory();

    [TearDown]
    public void DeleteDirectory() => _directory.Dispose();

    [Test]
    public void Options_WithoutAnySource_AreValidDefaults()
    {
        var options = NodeOptionsLoader.Load(Sources());
        Assert.Multiple(() =>
        {
            Assert.That(options.Roles, Is.EqualTo(NodeRoles.Broker));
            Assert.That(options.Network, Is.EqualTo("main"));
            Assert.That(options.ApiSocket, Is.EqualTo(_directory.File("api.sock")));
            Assert.That(options.Validate(), Is.Empty);
        });
    }

    [Test]
    public void Layers_SetTheSameKey_TheHigherWins()
    {
        _directory.Write("system.json", """{ "log": { "level": "debug", "files": 2, "fileBytes": 100000 }, "network": "devnet", "stopWithin": "9s" }""");
        _directory.Write("config.json", """{ "log": { "level": "warning", "files": 3 }, "network": "devnet" }""");
        var options = NodeOptionsLoader.Load(Sources(
            environment: new() { ["HYPHAMARKET_LOG_FILES"] = "4", ["HYPHAMARKET_NETWORK"] = "main" },
            flags: new() { [ConfigurationKeys.Network] = ["devnet"] }));
        Assert.Multiple(() =>
        {
            Assert.That(options.StopWithin, Is.EqualTo(TimeSpan.FromSeconds(9)), "only the system file sets it");
            Assert.That(options.Log.FileBytes, Is.EqualTo(100_000), "only the system file sets it");
            Assert.That(options.Log.Level, Is.EqualTo(Microsoft.Extensions.Logging.LogLevel.Warning), "user file over system file");
            Assert.That(options.Log.Files, Is.EqualTo(4), "environment over user file");
            Assert.That(options.Network, Is.EqualTo("devnet"), "flag over environment");
        });
    }

    [Test]
    public void Lists_OfTwoLayers_AreReplacedAndNotMixed()
    {
        _directory.Write("config.json", """{ "listen": ["/ip4/127.0.0.1/tcp/1", "/ip4/127.0.0.1/tcp/2"], "roles": ["broker", "worker"] }""");
        var options = NodeOptionsLoader.Load(Sources(flags: new() { [ConfigurationKeys.Listen] = ["/ip4/127.0.0.1/tcp/3"] }));
        Assert.That(options.Listen, Is.EqualTo(new[] { "/ip4/127.0.0.1/tcp/3" }));
        Assert.That(options.Roles, Is.EqualTo(NodeRoles.Broker | NodeRoles.Worker));
    }

    [Test]
    public void File_WithCommentsAndTrailingCommas_IsRead()
    {
        _directory.Write("config.json", "// mine\n{ /* what I sell */ \"worker\": { \"floorPrice\": 0.012, \"longestTerm\": \"90m\", \"tunnelPorts\": [22, 8080,], }, }");
        var worker = NodeOptionsLoader.Load(Sources()).Worker;
        Assert.That(worker.FloorPriceMicros, Is.EqualTo(12_000));
        Assert.That(worker.LongestTerm, Is.EqualTo(TimeSpan.FromMinutes(90)));
        Assert.That(worker.TunnelPorts, Is.EqualTo(new[] { 22, 8080 }));
    }

    [TestCase("""{ "wroker": { "slots": 1 } }""", "wroker.slots", "worker.slots")]
    [TestCase("""{ "worker": { "floorprise": 1 } }""", "worker.floorprise", "worker.floorPrice")]
    [TestCase("""{ "lisen": ["/ip4/0.0.0.0/tcp/1"] }""", "lisen", "listen")]
    [TestCase("""{ "floorPrice": 1 }""", "floorPrice", "worker.floorPrice")]
    public void Key_Mistyped_IsAnErrorThatNamesTheNearest(string json, string given, string meant)
    {
        _directory.Write("config.json", json);
        var problem = Problems(Sources()).Single();
        Assert.That(problem.Code, Is.EqualTo("unknown-key"));
        Assert.That(problem.What, Does.Contain($"\"{given}\"").And.Contain("config.json"));
        Assert.That(problem.Fix, Is.EqualTo($"Did you mean \"{meant}\"?"));
    }

    [Test]
    public void Key_LikeNoOther_IsAnErrorThatListsTheKeys()
    {
        _directory.Write("config.json", """{ "zzz": 1 }""");
        Assert.That(Problems(Sources()).Single().Fix, Does.Contain(ConfigurationKeys.WorkerFloorPrice).And.Not.Contain("Did you mean"));
    }

    [Test]
    public void EnvironmentName_Mistyped_IsAnErrorInTheEnvironmentsSpelling()
    {
        var problem = Problems(Sources(environment: new() { ["HYPHAMARKET_WORKER_FLOR_PRICE"] = "1" })).Single();
        Assert.That(problem.Code, Is.EqualTo("unknown-key"));
        Assert.That(problem.Fix, Does.Contain("HYPHAMARKET_WORKER_FLOOR_PRICE"));
    }

    [Test]
    public void EnvironmentNames_OfTheProgramItself_AreNoKeys()
    {
        Assert.That(() => NodeOptionsLoader.Load(Sources(environment: new() { ["HYPHAMARKET_DATA"] = "/x", ["HYPHAMARKET_REQUIRE_INTEROP"] = "1", ["HYPHAMARKET_REQUIRE_NAMESPACES"] = "1", ["PATH"] = "/bin" })), Throws.Nothing);
    }

    [Test]
    public void EnvironmentName_OfEveryKey_LeadsBackToTheKey()
    {
        foreach (var key in ConfigurationKeys.All)
        {
            var name = ConfigurationSources.EnvironmentName(key);
            Assert.That(ConfigurationKeys.Find(name[ConfigurationSources.EnvironmentPrefix.Length..]), Is.EqualTo(key), name);
        }
    }

    [Test]
    public void File_ThatIsNoJson_IsAnErrorThatNamesTheLine()
    {
        _directory.Write("config.json", "{ \"listen\": [\n oops ] }");
        var problem = Problems(Sources()).Single();
        Assert.That(problem.Code, Is.EqualTo("bad-json"));
        Assert.That(problem.What, Does.Contain("config.json"));
        Assert.That(problem.Why, Does.Contain("LineNumber"));
    }

    [Test]
    public void Problems_OfAllLayers_AreToldInOneGo()
    {
        _directory.Write("config.json", """{ "lisen": [], "log": { "files": "many", "fileBytes": 1 }, "roles": ["broke"], "listen": ["/ip4/999.0.0.1/tcp/1"] }""");
        var codes = Problems(Sources()).Select(problem => problem.Code).ToList();
        Assert.That(codes, Is.SupersetOf(new[] { "unknown-key", "bad-value", "out-of-range", "bad-address", "no-role" }));
    }

    [TestCase("12parsecs")]
    [TestCase("-1s")]
    [TestCase("")]
    public void Duration_ThatCannotBeRead_IsAnError(string text)
    {
        Assert.That(Problems(Sources(flags: new() { [ConfigurationKeys.StopWithin] = [text] })).Select(problem => problem.Code), Does.Contain("bad-value"));
    }

    [TestCase("/ip4/127.0.0.1/udp/4001", "udp")]
    [TestCase("/ip4/127.0.0.1/tcp/70000", "70000")]
    [TestCase("/ip4/1.2.3/tcp/1", "1.2.3")]
    [TestCase("127.0.0.1:4001", "must start")]
    [TestCase("/ip4/127.0.0.1/tcp/1/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC", "no /p2p part")]
    public void ListenAddress_ThatIsWrong_IsAnErrorThatSaysWhy(string address, string why)
    {
        var problem = Problems(Sources(flags: new() { [ConfigurationKeys.Listen] = [address] })).Single();
        Assert.That(problem.Code, Is.EqualTo("bad-address"));
        Assert.That(problem.Why, Does.Contain(why));
    }

    [Test]
    public void BootstrapAddress_WithAPeerIdThatCannotBeRead_IsAnError()
    {
        // As long as one and of letters and digits, but 0 is no digit of base58.
        var problem = Problems(Sources(flags: new() { [ConfigurationKeys.Bootstrap] = ["/ip4/127.0.0.1/tcp/1/p2p/12D3KooWKpCx7L1cSqYyEiw7RqJJzk5cPzh5J3uFZ9V5t0000000"] })).Single();
        Assert.That(problem.Why, Does.Contain("is no peer id"));
    }

    [Test]
    public void BootstrapAddress_ByDnsaddr_IsAccepted_WithItsPeer_AndOnlyToBeDialled()
    {
        const string Peer = "/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";
        Assert.That(() => NodeOptionsLoader.Load(Sources(flags: new() { [ConfigurationKeys.Bootstrap] = ["/dnsaddr/bootstrap.example" + Peer] })), Throws.Nothing);
        foreach (var wrong in new[] { "/dnsaddr/bootstrap.example", "/dnsaddr", "/dnsaddr/a b" + Peer, "/dnsaddr/bootstrap.example/tcp/1" + Peer, "/dnsaddr/bootstrap.example/p2p/12D3KooW" })
        {
            Assert.That(Problems(Sources(flags: new() { [ConfigurationKeys.Bootstrap] = [wrong] })).Select(problem => problem.Code), Is.EqualTo(new[] { "bad-address" }), wrong);
        }
        Assert.That(Problems(Sources(flags: new() { [ConfigurationKeys.Listen] = ["/dnsaddr/bootstrap.example"] })).Select(problem => problem.Code), Is.EqualTo(new[] { "bad-address" }));
    }

    [TestCase(ConfigurationKeys.Listen, "/ip4/0.0.0.0/tcp/4002/ws", null)]
    [TestCase(ConfigurationKeys.Listen, "/ip4/0.0.0.0/tcp/443/tls/ws", "certificate")]
    [TestCase(ConfigurationKeys.Listen, "/ip4/0.0.0.0/tcp/443/wss", "certificate")]
    [TestCase(ConfigurationKeys.Listen, "/ip4/0.0.0.0/tcp/443/tls", "\"/tls\" is not expected")]
    [TestCase(ConfigurationKeys.Announce, "/dns4/node.example/tcp/443/tls/ws", null)]
    [TestCase(ConfigurationKeys.Bootstrap, "/dns4/node.example/tcp/443/wss", "peer id is missing")]
    [TestCase(ConfigurationKeys.Bootstrap, "/dns4/node.example/tcp/443/wss/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA", null)]
    public void WebSocketAddress_IsReadWhereItCanBeUsed(string key, string address, string? why)
    {
        var sources = Sources(flags: new() { [key] = [address] });
        if (why is null) Assert.That(() => NodeOptionsLoader.Load(sources), Throws.Nothing);
        else Assert.That(Problems(sources).Single().Why, Does.Contain(why));
    }

    [Test]
    public void Reach_IsReadFromAFile()
    {
        _directory.Write("config.json", """
            { "reach": { "autonat": false, "relay": "Both", "holePunching": false, "privateAddresses": true }, "discovery": { "mdns": true }, "roles": ["worker"],
              "peers": { "allow": ["192.0.2.0/24", "2001:db8::7"], "deny": ["0.0.0.0/0"] }, "limits": { "connections": 64, "memory": 16777216 } }
            """);
        var options = NodeOptionsLoader.Load(Sources());
        Assert.That(options.Reach, Is.EqualTo(new ReachOptions { AutoNat = false, Relay = RelayUse.Both, HolePunching = false, PrivateAddresses = true, Mdns = true }), "and mDNS stands for a bootstrap address");
        Assert.That((options.Peers.Allow.Count, options.Peers.Deny.Single()), Is.EqualTo((2, "0.0.0.0/0")));
        Assert.That(() => options.Limits.ToResources().Validate(), Throws.Nothing);
    }

    [TestCase(32, 87_382L * 32)]
    [TestCase(65_536, 1L << 40)]
    public void Limits_AtTheirEnds_AreLimitsOfTheLibrary(int connections, long memory) =>
        Assert.That(() => new LimitOptions { Connections = connections, MemoryBytes = Math.Max(memory, 8 << 20) }.ToResources().Validate(), Throws.Nothing);

    [TestCase("""{ "reach": { "relay": "sometimes" } }""", "bad-value", "auto, off, use, serve, both")]
    [TestCase("""{ "reach": { "relay": "1" } }""", "bad-value", "auto, off, use, serve, both")]
    [TestCase("""{ "reach": { "autonat": "perhaps" } }""", "bad-value", "true or false")]
    [TestCase("""{ "peers": { "deny": ["192.0.2.7/24"] } }""", "bad-peer-entry", "192.0.2.0/24")]
    [TestCase("""{ "peers": { "deny": ["evil.example"] } }""", "bad-peer-entry", "peer id")]
    [TestCase("""{ "peers": { "allow": ["12D3KooW"] } }""", "bad-peer-entry", "peer id")]
    [TestCase("""{ "peers": { "allow": ["192.0.2.7"], "deny": ["192.0.2.7"] } }""", "bad-peer-entry", "Remove it")]
    [TestCase("""{ "limits": { "connections": 3 } }""", "out-of-range", "32")]
    [TestCase("""{ "limits": { "memory": 8388608 } }""", "out-of-range", "limits.connections")]
    public void ReachOrLimit_ThatIsWrong_IsAnErrorThatSaysWhatToDo(string json, string code, string fix)
    {
        _directory.Write("config.json", json);
        var problem = Problems(Sources()).Single();
        Assert.That(problem.Code, Is.EqualTo(code));
        Assert.That(problem.Fix, Does.Contain(fix));
    }

    [Test]
    public void BootstrapAddress_WithoutAPeer_IsAnError()
    {
        var problem = Problems(Sources(flags: new() { [ConfigurationKeys.Bootstrap] = ["/ip4/127.0.0.1/tcp/4001"] })).Single();
        Assert.That(problem.Why, Does.Contain("peer id is missing"));
    }

    [Test]
    public void Worker_WithoutABroker_IsToldThatNobodyWillFindIt()
    {
        var problem = Problems(Sources(flags: new() { [ConfigurationKeys.Roles] = ["worker"] })).Single();
        Assert.That(problem.Code, Is.EqualTo("no-bootstrap"));
    }

    [Test]
    public void DataDirectory_WithAPathTooLongForASocket_IsAnError()
    {
        var deep = Path.Combine(_directory.Path, new string('d', 100));
        Assert.That(Problems(new ConfigurationSources { DataDirectory = deep, SystemFile = _directory.File("system.json") }).Single().Code, Is.EqualTo("socket-path-too-long"));
    }

    [Test]
    public void Network_ThatDoesNotExist_IsAnError()
    {
        Assert.That(Problems(Sources(flags: new() { [ConfigurationKeys.Network] = ["mian"] })).Single().Code, Is.EqualTo("no-network"));
    }

    private ConfigurationSources Sources(Dictionary<string, string>? environment = null, Dictionary<string, IReadOnlyList<string>>? flags = null) => new()
    {
        DataDirectory = _directory.Path,
        SystemFile = _directory.File("system.json"),
        Environment = environment ?? [],
        Flags = flags ?? [],
    };

    private static IReadOnlyList<Problem> Problems(ConfigurationSources sources)
    {
        var fatal = Assert.Throws<FatalException>(() => NodeOptionsLoader.Load(sources))!;
        Assert.That(fatal.ExitCode, Is.EqualTo(ExitCode.BadConfiguration));
        Assert.That(fatal.Problems, Has.All.Matches<Problem>(problem => problem!.What.Length > 0 && problem.Why.Length > 0 && problem.Fix.Length > 0));
        return fatal.Problems;
    }
}
