using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.AutoNat.Client;
using HyphaMarket.Libp2p.AutoNat.Observed;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Tests.Shared.Namespaces;

namespace HyphaMarket.Interop.Tests.Nat;

/// <summary>AutoNAT v2: each kind asks the other whether an address of its own can be dialled.</summary>
[CancelAfter(240_000)]
public sealed class AutoNatTests : NatFixture
{
    private const int Port = 4001;

    [Test]
    public async Task Js_AsksNet_AndTellsOfItsAddressOnceItIsConfirmed()
    {
        var (server, _) = await Network.AddPublicAsync(Options);
        var (home, ip) = Network.AddPublicNetwork();
        var js = await StartJsAsync(home, JsAt(ip));
        Assert.That(await js.CurrentAddressesAsync(), Is.Empty, "js does not tell of a public address that nobody has confirmed");

        await js.DialAsync(AddressOf(server));

        await Eventually.HoldsAsync("the address is confirmed", js.CurrentAddressesAsync, addresses => addresses.Contains($"/ip4/{ip}/tcp/{Port}/p2p/{js.Id}"));
        Assert.That(js.Log.Where(line => line.Contains("anti-amplification", StringComparison.Ordinal)), Is.Empty, "an address with the IP that asks costs nothing");
    }

    [Test]
    public async Task Js_AsksNetAboutAnotherIpThanItsOwn_AndPaysForIt()
    {
        var (server, _) = await Network.AddPublicAsync(Options);
        var (home, _) = Network.AddPublicNetwork();
        var other = AddAddress(home);
        var js = await StartJsAsync(home, JsAt(other));

        await js.DialAsync(AddressOf(server));

        await Eventually.HoldsAsync("the address is confirmed", js.CurrentAddressesAsync, addresses => addresses.Contains($"/ip4/{other}/tcp/{Port}/p2p/{js.Id}"));
        Assert.That(await js.WaitForLogAsync("anti-amplification"), Does.StartWith("sending ").And.Contain(server.Id.ToString()));
    }

    [Test]
    public async Task Js_AsksNetAboutAnAddressThatNobodyReaches_AndHearsSo()
    {
        var (server, _) = await Network.AddPublicAsync(Options);
        var (home, ip) = Network.AddPublicNetwork();
        Refuse(home, Port);
        var js = await StartJsAsync(home, JsAt(ip));

        await js.DialAsync(AddressOf(server));

        Assert.That(await js.WaitForLogAsync("could not dial"), Is.EqualTo($"{server.Id} could not dial /ip4/{ip}/tcp/{Port}"));
        Assert.That(await js.CurrentAddressesAsync(), Is.Empty);
    }

    [Test]
    public async Task Net_AsksJs_AndIsPublic(CancellationToken cancellationToken)
    {
        var (server, serverIp) = Network.AddPublicNetwork();
        var js = await StartJsAsync(server, JsAt(serverIp));
        var (home, ip) = Network.AddPublicNetwork();
        var host = await Network.StartHostAsync(home, $"/ip4/{ip}/tcp/{Port}", options: Options);

        var (reachability, known) = await AskAsync(host, js, serverIp, cancellationToken);

        Assert.That(reachability, Is.EqualTo(Reachability.Public));
        Assert.That((known.Address.ToString(), known.Reachable, known.Unreachable), Is.EqualTo(($"/ip4/{ip}/tcp/{Port}", 1, 0)));
    }

    [Test]
    public async Task Net_AsksJsAboutAnotherIpThanItsOwn_AndPaysForIt(CancellationToken cancellationToken)
    {
        var (server, serverIp) = Network.AddPublicNetwork();
        var js = await StartJsAsync(server, JsAt(serverIp));
        var (home, ip) = Network.AddPublicNetwork();
        var other = AddAddress(home);
        // From any port, and so from the machine's first address.
        var host = await Network.StartHostAsync(home, $"/ip4/{other}/tcp/{Port}", reusePort: false, Options);

        var (reachability, known) = await AskAsync(host, js, serverIp, cancellationToken);

        Assert.That(host.Connections.Single(open => open.Direction == ConnectionDirection.Outbound).LocalAddress!.ToString(), Does.StartWith($"/ip4/{ip}/tcp/"), "js demands payment for any other address");
        Assert.That((reachability, known.Address.ToString()), Is.EqualTo((Reachability.Public, $"/ip4/{other}/tcp/{Port}")));
    }

    [Test]
    public async Task Net_AsksJsAboutAnAddressThatNobodyReaches_AndIsPrivate(CancellationToken cancellationToken)
    {
        var (server, serverIp) = Network.AddPublicNetwork();
        var js = await StartJsAsync(server, JsAt(serverIp));
        var (home, ip) = Network.AddPublicNetwork();
        Refuse(home, Port);
        var host = await Network.StartHostAsync(home, $"/ip4/{ip}/tcp/{Port}", options: Options);

        var (reachability, known) = await AskAsync(host, js, serverIp, cancellationToken);

        Assert.That((reachability, known.Reachable, known.Unreachable), Is.EqualTo((Reachability.Private, 0, 1)));
    }

    private static JsPeerOptions JsAt(string ip) =>
        new JsPeerOptions { Listen = [$"/ip4/{ip}/tcp/{Port}"] }.With("autonat").With("log", new { components = new[] { "libp2p:auto-nat-v2" } });

    private static string AddressOf(Host host) => host.ListenAddresses[0].WithPeer(host.Id).ToString();

    /// <summary>Gives a machine a second address, from which it does not dial by itself.</summary>
    private static string AddAddress(NetworkNamespace network)
    {
        const string Second = "11.0.0.200";
        network.Run("ip", "address", "add", $"{Second}/24", "dev", "outside");
        return Second;
    }

    /// <summary>Has a host connect with a js peer, which is the only one it can ask, and believes it.</summary>
    private async Task<(Reachability Reachability, AddressReachability Known)> AskAsync(Host host, JsPeer js, string jsIp, CancellationToken cancellationToken)
    {
        using var observed = new ObservedAddressMonitor(host);
        await using var client = AutoNatClient.Start(host, observed, new AutoNatClientOptions { RequiredServers = 1, RequestTimeout = TimeSpan.FromSeconds(60) });
        var found = new TaskCompletionSource<Reachability>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.ReachabilityChanged += reachability => found.TrySetResult(reachability);

        await host.ConnectAsync(PeerId.Parse(js.Id), [Multiaddr.Parse($"/ip4/{jsIp}/tcp/{Port}")], cancellationToken);

        return (await found.Task.WaitAsync(cancellationToken), client.Addresses.Single());
    }
}
