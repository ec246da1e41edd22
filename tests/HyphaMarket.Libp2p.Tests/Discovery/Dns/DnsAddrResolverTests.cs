using HyphaMarket.Libp2p.Discovery.Dns;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Tests.Hosting;
using HyphaMarket.Libp2p.Tests.Identity;

namespace HyphaMarket.Libp2p.Tests.Discovery.Dns;

[TestFixture]
[CancelAfter(30_000)]
public sealed class DnsAddrResolverTests
{
    private static readonly string s_alice = $"/p2p/{TestKeys.Alice.PeerId}";
    private static readonly string s_bob = $"/p2p/{TestKeys.Bob.PeerId}";

    private FakeTxtResolver _dns = null!;

    [SetUp]
    public void SetUp() => _dns = new FakeTxtResolver();

    [Test]
    public async Task Name_LeadsToTheAddressesOfItsTexts_EachOnce_AndOtherTextsAreIgnored(CancellationToken cancellationToken)
    {
        Publish("example.org", $"dnsaddr=/ip4/192.0.2.1/tcp/1{s_alice}", "v=spf1 -all", "dnsaddr=nonsense", $"dnsaddr=/ip4/192.0.2.1/tcp/1{s_alice}", $"dnsaddr=/ip6/::1/tcp/2{s_bob}");
        Assert.That(await ResolveAsync("/dnsaddr/example.org", cancellationToken), Is.EqualTo(new[] { $"/ip4/192.0.2.1/tcp/1{s_alice}", $"/ip6/::1/tcp/2{s_bob}" }));
        Assert.That(_dns.Asked, Is.EqualTo(new[] { "_dnsaddr.example.org" }));
    }

    [Test]
    public async Task PeerBehindTheName_ChoosesItsEntries(CancellationToken cancellationToken)
    {
        Publish("example.org", $"dnsaddr=/ip4/192.0.2.1/tcp/1{s_alice}", $"dnsaddr=/ip4/192.0.2.2/tcp/1{s_bob}", "dnsaddr=/ip4/192.0.2.3/tcp/1");
        Assert.That(await ResolveAsync($"/dnsaddr/example.org{s_bob}", cancellationToken), Is.EqualTo(new[] { $"/ip4/192.0.2.2/tcp/1{s_bob}" }));
    }

    [Test]
    public async Task Names_LeadToNames_AndCirclesEnd(CancellationToken cancellationToken)
    {
        Publish("net.example", $"dnsaddr=/dnsaddr/eu.net.example{s_alice}", $"dnsaddr=/dnsaddr/us.net.example{s_bob}");
        Publish("eu.net.example", $"dnsaddr=/ip4/192.0.2.1/tcp/1{s_alice}", $"dnsaddr=/dnsaddr/eu.net.example{s_alice}", $"dnsaddr=/dnsaddr/net.example{s_alice}");
        Publish("us.net.example", $"dnsaddr=/ip4/192.0.2.2/tcp/1{s_bob}");
        Assert.That(await ResolveAsync("/dnsaddr/net.example", cancellationToken), Is.EqualTo(new[] { $"/ip4/192.0.2.1/tcp/1{s_alice}", $"/ip4/192.0.2.2/tcp/1{s_bob}" }));
        Assert.That(_dns.Asked, Has.Count.LessThanOrEqualTo(5));
    }

    [Test]
    public void Depth_Lookups_AndAddresses_AreBounded(CancellationToken cancellationToken)
    {
        for (var i = 0; i < 10; i++) Publish($"n{i}.example", $"dnsaddr=/dnsaddr/n{i + 1}.example", i == 9 ? "dnsaddr=/ip4/192.0.2.1/tcp/1" : "");
        Assert.That(async () => await ResolveAsync("/dnsaddr/n0.example", cancellationToken), Throws.InstanceOf<IOException>());
        Assert.That(_dns.Asked, Has.Count.EqualTo(new DnsAddrOptions().MaxDepth));

        _dns.Asked.Clear();
        Publish("wide.example", [.. Enumerable.Range(0, 60).Select(i => $"dnsaddr=/dnsaddr/w{i}.example")]);
        Assert.That(async () => await ResolveAsync("/dnsaddr/wide.example", cancellationToken), Throws.InstanceOf<IOException>());
        Assert.That(_dns.Asked, Has.Count.EqualTo(new DnsAddrOptions().MaxLookups));

        Publish("many.example", [.. Enumerable.Range(1, 500).Select(i => $"dnsaddr=/ip4/192.0.2.1/tcp/{i}")]);
        Assert.That(async () => await ResolveAsync("/dnsaddr/many.example", cancellationToken), Has.Exactly(new DnsAddrOptions().MaxAddresses).Items);
    }

    [Test]
    public async Task SlowName_CostsTheDeadline_AndWhatWasFoundIsUsed(CancellationToken cancellationToken)
    {
        Publish("example.org", "dnsaddr=/dnsaddr/slow.example", "dnsaddr=/ip4/192.0.2.1/tcp/1");
        _dns.Silent.Add("_dnsaddr.slow.example");
        var options = new DnsAddrOptions { Timeout = TimeSpan.FromMilliseconds(50) };
        var found = await new DnsAddrResolver(_dns, options).ResolveAsync(Multiaddr.Parse("/dnsaddr/example.org"), cancellationToken);
        Assert.That(found.Single().ToString(), Is.EqualTo("/ip4/192.0.2.1/tcp/1"));
    }

    [Test]
    public void NameWithoutEntries_SaysSo(CancellationToken cancellationToken) =>
        Assert.That(async () => await ResolveAsync("/dnsaddr/example.org", cancellationToken), Throws.InstanceOf<IOException>().With.Message.Contains("no entry"));

    [Test]
    public async Task OtherAddress_LeadsToItself(CancellationToken cancellationToken) =>
        Assert.That(await ResolveAsync("/dns4/example.org/tcp/1", cancellationToken), Is.EqualTo(new[] { "/dns4/example.org/tcp/1" }));

    [Test]
    public async Task Host_FollowsANameToItsPeer_OnceNoOtherAddressHelps(CancellationToken cancellationToken)
    {
        await using var hosts = new TestHosts();
        var second = await hosts.InMemoryAsync();
        var third = await hosts.InMemoryAsync();
        Publish("example.org", $"dnsaddr={third.Addresses[0].WithPeer(third.Id)}", $"dnsaddr={second.Addresses[0].WithPeer(second.Id)}");
        var first = await hosts.InMemoryAsync(new HostOptions { TxtResolver = _dns });
        await first.ConnectAsync(third.Id, [Multiaddr.Parse("/dnsaddr/example.org"), third.Addresses[0]], cancellationToken);
        Assert.That(_dns.Asked, Is.Empty, "the plain address led there");
        await first.ConnectAsync(second.Id, [Multiaddr.Parse("/dnsaddr/example.org")], cancellationToken);
        Assert.That((first.IsConnected(second.Id), _dns.Asked.Count), Is.EqualTo((true, 1)));
    }

    [Test]
    public async Task Host_TellsWhyANameLedNowhere(CancellationToken cancellationToken)
    {
        await using var hosts = new TestHosts();
        var first = await hosts.InMemoryAsync(new HostOptions { TxtResolver = _dns });
        var message = (await first.ConnectAsync(TestKeys.Bob.PeerId, [Multiaddr.Parse($"/dnsaddr/example.org{s_alice}"), Multiaddr.Parse("/dnsaddr/example.net")], cancellationToken)
            .ContinueWith(task => task.Exception!.InnerException!.Message, TaskScheduler.Default))!;
        Assert.That(message, Does.Contain("names another peer").And.Contain("no entry"));
    }

    private void Publish(string name, params string[] texts) => _dns.Texts[$"_dnsaddr.{name}"] = texts;

    private async Task<IReadOnlyList<string>> ResolveAsync(string address, CancellationToken cancellationToken) =>
        [.. (await new DnsAddrResolver(_dns).ResolveAsync(Multiaddr.Parse(address), cancellationToken)).Select(found => found.ToString())];
}
