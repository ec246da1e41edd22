using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Node.Networking;

namespace HyphaMarket.Node.Tests.Networking;

public sealed class MarketAddressesTests
{
    private const string Relay = "/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA/p2p-circuit";

    [Test]
    public void Choice_OfManyInterfaces_KeepsPlacesForRelayedAddresses()
    {
        var direct = Enumerable.Range(1, 12).Select(number => $"/ip4/10.0.{number}.2/tcp/4001").ToArray();
        var relayed = Enumerable.Range(1, 6).Select(number => $"/ip4/11.{number}.0.1/tcp/4001{Relay}").ToArray();

        Assert.That(Choose([.. direct, .. relayed]), Is.EqualTo(direct.Take(4).Concat(relayed.Take(4))));
        Assert.That(Choose([.. relayed, .. direct.Take(1)]), Is.EqualTo(direct.Take(1).Concat(relayed.Take(4))), "direct ones come first");
        Assert.That(Choose(direct), Is.EqualTo(direct.Take(8)));
    }

    [Test]
    public void Choice_LeavesLoopbackOut_UnlessItIsAllThereIs()
    {
        Assert.That(Choose("/ip4/127.0.0.1/tcp/1", "/ip4/192.168.1.5/tcp/1", "/ip6/::1/tcp/1"), Is.EqualTo(new[] { "/ip4/192.168.1.5/tcp/1" }));
        Assert.That(Choose("/ip4/127.0.0.1/tcp/1", "/ip6/::1/tcp/1"), Is.EqualTo(new[] { "/ip4/127.0.0.1/tcp/1", "/ip6/::1/tcp/1" }));
    }

    [Test]
    public void Choice_LeavesOutWhatIsTooLongForARecord() =>
        Assert.That(Choose($"/dns4/{new string('a', 60)}.{new string('b', 60)}.example/tcp/1", "/ip4/192.0.2.7/tcp/1"), Is.EqualTo(new[] { "/ip4/192.0.2.7/tcp/1" }));

    [TestCase("/ip4/10.0.0.2/tcp/1", true)]
    [TestCase("/ip4/192.168.1.5/tcp/1", true)]
    [TestCase("/ip4/100.64.0.9/tcp/1", true, Description = "carrier-grade NAT")]
    [TestCase("/ip4/11.0.0.1/tcp/1", false)]
    [TestCase("/ip4/127.0.0.1/tcp/1", false, Description = "a devnet's: its nodes are found there")]
    [TestCase("/dns4/node.example/tcp/1", false)]
    [TestCase("/ip4/11.0.0.1/tcp/1" + Relay, false)]
    public void Address_IsPrivate(string address, bool isPrivate) => Assert.That(MarketAddresses.ArePrivate([Multiaddr.Parse(address)]), Is.EqualTo(isPrivate));

    private static IEnumerable<string> Choose(params string[] addresses) => MarketAddresses.Choose(addresses.Select(Multiaddr.Parse)).Select(address => address.ToString());
}
