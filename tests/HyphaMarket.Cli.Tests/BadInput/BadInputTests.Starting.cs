using HyphaMarket.Cli.Tests.Processes;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.BadInput;

// What a daemon is started with: key, configuration, bootstrap addresses, a directory that is taken.
internal sealed partial class BadInputTests
{
    [TestCase("random")]
    [TestCase("short")]
    [TestCase("empty")]
    [TestCase("flipped")]
    [TestCase("long")]
    [CancelAfter(TestLimit)]
    public async Task CorruptKeyFile_IsBadConfiguration_AndIsLeftAsItIs(string how, CancellationToken stop)
    {
        var (directory, key) = await PrepareWithKeyAsync("corrupt-" + how, stop);
        var good = await File.ReadAllBytesAsync(key, stop);
        var bytes = how switch
        {
            "random" => RandomBytes(68),
            "short" => good[..40],
            "empty" => [],
            // In the public half: the key would be another's.
            "flipped" => [.. good[..^1], (byte)(good[^1] ^ 1)],
            _ => [.. good, .. new byte[4_096]],
        };
        await File.WriteAllBytesAsync(key, bytes, stop);
        var result = await FailsToStartAsync(directory, ExitCode.BadConfiguration, "key-damaged", stop);
        Assert.That(result.Error, Does.Contain(key).And.Contain("Restore it from a backup").And.Contain("hypha-market init --force"));
        Assert.That(await File.ReadAllBytesAsync(key, stop), Is.EqualTo(bytes));
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task KeyFileThatOthersMayRead_IsAPermissionError(CancellationToken stop)
    {
        var (directory, key) = await PrepareWithKeyAsync("open-key", stop);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        var result = await FailsToStartAsync(directory, ExitCode.Permission, "key-mode", stop);
        Assert.That(result.Error, Does.Contain($"The key file {key} has the rights 0644.").And.Contain($"chmod 600 {key}"));
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task UnknownKeyInTheConfiguration_IsBadConfigurationWithTheNearest(CancellationToken stop)
    {
        var directory = await _network.PrepareAsync("unknown-key", NodeRoles.Broker, stop, config => config["boostrap"] = "x");
        var result = await FailsToStartAsync(directory, ExitCode.BadConfiguration, "unknown-key", stop);
        Assert.That(result.Error, Does.Contain("The key \"boostrap\"").And.Contain("Did you mean \"bootstrap\"?"));
    }

    [TestCase("/ip4/127.0.0.1/tcp/4001", "The peer id is missing")]
    [TestCase("/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWKpCx7L1cSqYyEiw7RqJJzk5cPzh5J3uFZ9V5t0000000", "is no peer id")]
    [TestCase("/ip4/127.0.0.1/tcp/4001/p2p/QmNotAWholePeerId", "is no peer id")]
    [TestCase("/ip4/127.0.0.256/tcp/4001/p2p/{0}", "is no IPv4 address")]
    [TestCase("/ip4/127.0.0.1/tcp/70000/p2p/{0}", "is no TCP port")]
    [TestCase("/ip4/127.0.0.1/udp/4001/p2p/{0}", "this node speaks TCP")]
    [TestCase("127.0.0.1:4001", "must start with a host and a port")]
    [CancelAfter(TestLimit)]
    public async Task MalformedBootstrapAddress_IsBadConfiguration(string address, string why, CancellationToken stop)
    {
        address = string.Format(System.Globalization.CultureInfo.InvariantCulture, address, Victim.PeerId);
        var directory = await _network.PrepareAsync("malformed", NodeRoles.Broker, stop);
        var result = await FailsToStartAsync(directory, ExitCode.BadConfiguration, "bad-address", stop, "--bootstrap", address);
        Assert.That(result.Error, Does.Contain($"\"{address}\" in \"bootstrap\"").And.Contain(why).And.Contain("Write it as /ip4/"));
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task WrongPeerIdInABootstrapAddress_IsToldWithWhoAnswered_AndTheNodeJoinsByTheOtherAddress(CancellationToken stop)
    {
        using var other = KeyPair.Generate();
        var wrong = Victim.Addresses[0].Replace(Victim.PeerId, other.PeerId.ToString(), StringComparison.Ordinal);
        var node = await _network.AddAsync("misled", NodeRoles.Scheduler, stop, config =>
        {
            config["bootstrap"] = new System.Text.Json.Nodes.JsonArray(wrong, _network.Nodes[1].Addresses[0]);
        });
        var warning = await RealNetwork.EventAsync(node, happened => happened is { Event: NodeEventKind.Warning, Reason: "bootstrap-failed" }, stop, seconds: 20);
        Assert.That(warning.Peer, Is.EqualTo(other.PeerId.ToString()));
        Assert.That(warning.Message, Does.Contain($"Peer {other.PeerId} was expected, but {Victim.PeerId} answered"));
        Assert.That(warning.Hint, Does.Contain("Compare the address"));
        while ((await RealNetwork.StatusAsync(node, stop)).KnownBrokers < 2) await Task.Delay(100, stop);
        var status = await RealNetwork.StatusAsync(node, stop);
        Assert.That(status.Ready);
        Assert.That(status.Warnings, Has.Some.Contains(other.PeerId.ToString()), "as long as it lasts");
        await node.StopAsync(TimeSpan.FromSeconds(8));
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task OnlyBootstrapAddressWithAWrongPeerId_KeepsTheNodeUpAndNotReady(CancellationToken stop)
    {
        using var other = KeyPair.Generate();
        var wrong = Victim.Addresses[0].Replace(Victim.PeerId, other.PeerId.ToString(), StringComparison.Ordinal);
        var node = await _network.AddAsync("lost", NodeRoles.Scheduler, stop, config => config["bootstrap"] = new System.Text.Json.Nodes.JsonArray(wrong));
        await RealNetwork.EventAsync(node, happened => happened is { Event: NodeEventKind.Warning, Reason: "bootstrap-failed" }, stop, seconds: 20);
        var status = await VerbAsync(node, "node status");
        Assert.That(status.Code, Is.EqualTo(ExitCode.Unhealthy));
        Assert.That(status.Out, Does.Contain("No other node of the network is known").And.Contain($"but {Victim.PeerId} answered"));
        Assert.That(node.HasExited, Is.False);
        await node.StopAsync(TimeSpan.FromSeconds(8));
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task SecondDaemonOnTheSameDirectory_IsToldWhoHasIt(CancellationToken stop)
    {
        var result = await FailsToStartAsync(Victim.Directory, ExitCode.Error, "already-running", stop);
        Assert.That(result.Error, Does.Contain($"Another daemon (pid {Victim.Pid}) uses the data directory {Victim.Directory}.").And.Contain($"kill {Victim.Pid}"));
        Assert.That((await VerbAsync(Victim, "init --force")).Error, Does.Contain("already-running"), "nor is its key replaced under it");
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task PortThatIsTaken_IsToldInWords(CancellationToken stop)
    {
        var directory = await _network.PrepareAsync("second-port", NodeRoles.Broker, stop);
        var taken = Victim.Addresses[0][..Victim.Addresses[0].IndexOf("/p2p/", StringComparison.Ordinal)];
        var result = await FailsToStartAsync(directory, ExitCode.Error, "cannot-listen", stop, "--listen", taken);
        Assert.That(result.Error, Does.Contain("in use").And.Contain("--listen"));
    }

    private async Task<(string Directory, string Key)> PrepareWithKeyAsync(string name, CancellationToken stop)
    {
        var directory = await _network.PrepareAsync(name, NodeRoles.Broker, stop);
        return (directory, new NodeOptions { DataDirectory = directory }.KeyFile);
    }

    /// <summary>The daemon ends at once, with what, why and how to mend it, and never with a stack trace.</summary>
    private static async Task<CommandResult> FailsToStartAsync(string directory, ExitCode exit, string code, CancellationToken stop, params string[] flags)
    {
        var result = await RealProgram.RunAsync(stop, ["node", "run", "--data", directory, .. flags]);
        Assert.That(result.Code, Is.EqualTo(exit), result.Error);
        Assert.That(result.Out, Is.Empty);
        Assert.That(result.Error, Does.Match($@"(?m)^error: .+ \({code}\)$\n^why:   .+$\n^fix:   .+$"));
        Assert.That(result.Error, Does.Not.Contain("   at "), "a stack trace");
        return result;
    }
}
