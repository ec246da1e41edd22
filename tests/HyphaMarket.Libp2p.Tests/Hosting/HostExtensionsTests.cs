using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Hosting;

[CancelAfter(60_000)]
public sealed class HostExtensionsTests
{
    [Test]
    public async Task PeerAddress_OfOneHost_LeadsAnotherToIt(CancellationToken cancellationToken)
    {
        await using var hosts = new TestHosts();
        var (first, second) = (await hosts.InMemoryAsync(), await hosts.InMemoryAsync());

        var address = first.GetPeerAddresses().Single();
        var peer = await second.ConnectAsync(address, cancellationToken);

        Assert.That(address.WithoutPeer(), Is.EqualTo(first.ListenAddresses.Single()));
        Assert.That(peer, Is.EqualTo(first.Id));
        Assert.That(second.IsConnected(first.Id), Is.True);
    }

    [Test]
    public async Task AddressThatNamesNobody_IsNotDialled()
    {
        await using var hosts = new TestHosts();
        var host = await hosts.InMemoryAsync();

        Assert.That(() => host.ConnectAsync(Multiaddr.Parse("/ip4/192.0.2.1/tcp/4001")), Throws.ArgumentException.With.Message.Contains("/p2p/ID"));
        // What ends with a relay's part names the relay alone.
        Assert.That(() => host.ConnectAsync(Multiaddr.Parse($"/ip4/192.0.2.1/tcp/4001/p2p/{host.Id}/p2p-circuit")), Throws.ArgumentException);
    }
}
