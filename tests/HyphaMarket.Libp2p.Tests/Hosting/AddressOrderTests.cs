using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Hosting;

[TestFixture]
public sealed class AddressOrderTests
{
    [Test]
    public void Families_TakeTurns_BeginningWithTheFirst()
    {
        var given = new[] { "/ip4/192.0.2.1/tcp/1", "/ip4/192.0.2.2/tcp/1", "/ip4/192.0.2.3/tcp/1", "/ip6/2001:db8::1/tcp/1", "/ip6/2001:db8::2/tcp/1" };
        var order = AddressOrder.Interleave(given.Select(Multiaddr.Parse)).Select(address => address.ToString());
        Assert.That(order, Is.EqualTo(new[] { given[0], given[3], given[1], given[4], given[2] }));
    }
}
