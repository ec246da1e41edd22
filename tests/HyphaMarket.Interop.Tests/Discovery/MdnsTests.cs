using System.Diagnostics;
using System.Text.Json;
using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Discovery.Mdns;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.Transport;
using HyphaMarket.Tests.Shared.Namespaces;

namespace HyphaMarket.Interop.Tests.Discovery;

/// <summary>Multicast DNS with js-libp2p, each in a network namespace of its own, for nothing may leave this machine.</summary>
[TestFixture]
[CancelAfter(120_000)]
[NonParallelizable]
public sealed class MdnsTests
{
    [SetUp]
    public async Task SetUp()
    {
        NetworkNamespace.Require();
        await JsToolchain.RequireAsync();
    }

    [Test]
    public async Task NetAndJs_OnOneLink_FindEachOther_AndTheFoundAddressIsGood(CancellationToken cancellationToken)
    {
        using var left = NetworkNamespace.Create("net");
        using var right = NetworkNamespace.Create("js");
        NetworkNamespace.AddVeth(left, "cable", "10.79.0.1/24", right, "cable", "10.79.0.2/24");
        left.AwaitCarrier("cable");
        right.AwaitCarrier("cable");
        // js sends to the group without naming an interface, which takes a route.
        right.Run("ip", "route", "add", "224.0.0.0/4", "dev", "cable");
        using var thread = new NamespaceThread(left);
        using var keys = KeyPair.Generate();
        await using var host = new Host(
            keys, new HostOptions { ListenAddresses = [Multiaddr.Parse("/ip4/0.0.0.0/tcp/0")] }, transports: [new NamespaceTransport(thread, new TcpTransport())]);
        await host.StartAsync(cancellationToken);

        var js = right.Start(new ProcessStartInfo("node", ["mdns.mjs", "/ip4/10.79.0.2/tcp/0"]) { WorkingDirectory = JsToolchain.PeersDirectory });
        var errors = js.StandardError.ReadToEndAsync(cancellationToken);
        using var hello = await LineAsync(js, errors, cancellationToken);
        var jsId = PeerId.Parse(hello.RootElement.GetProperty("peerId").GetString()!);

        await using var mdns = new MdnsService(host, new MdnsOptions(), new NamespaceMdnsLink(thread));
        var found = new TaskCompletionSource<(PeerId Peer, IReadOnlyList<Multiaddr> Addresses)>(TaskCreationOptions.RunContinuationsAsynchronously);
        mdns.PeerFound += (peer, addresses) => found.TrySetResult((peer, addresses));
        mdns.Start();

        var (peer, told) = await found.Task.WaitAsync(cancellationToken);
        Assert.That(peer, Is.EqualTo(jsId));
        Assert.That(told.Select(address => address.ToString()), Is.SupersetOf(hello.RootElement.GetProperty("addresses").EnumerateArray().Select(address => address.GetString())));

        using var seen = await LineAsync(js, errors, cancellationToken);
        Assert.That(seen.RootElement.GetProperty("found").GetString(), Is.EqualTo(host.Id.ToString()));
        Assert.That(
            seen.RootElement.GetProperty("addresses").EnumerateArray().Select(address => address.GetString()),
            Is.EquivalentTo(host.ListenAddresses.Select(address => address.ToString()).Where(address => address.Contains("10.79.0.1", StringComparison.Ordinal))));

        await host.ConnectAsync(jsId, [], cancellationToken);
        Assert.That(await PingProtocol.PingAsync(host, jsId, TimeSpan.FromSeconds(30), cancellationToken), Is.GreaterThan(TimeSpan.Zero));
        js.StandardInput.Close();
    }

    private static async Task<JsonDocument> LineAsync(Process js, Task<string> errors, CancellationToken cancellationToken) =>
        await js.StandardOutput.ReadLineAsync(cancellationToken) is { } line ? JsonDocument.Parse(line) : throw new InvalidOperationException($"The js node ended: {await errors}");
}
