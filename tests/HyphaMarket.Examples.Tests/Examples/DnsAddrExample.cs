using HyphaMarket.Libp2p.Discovery.Dns;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Examples.Tests.Examples;

public sealed class DnsAddrExample
{
    // <example>
    /// <summary>The peers that a name's TXT records list (_dnsaddr.NAME, entries dnsaddr=/ip4/…/p2p/ID), for a DHT to start from.</summary>
    /// <param name="name">As in /dnsaddr/bootstrap.example.org. With /p2p/ID at its end a host dials it as any other address.</param>
    /// <param name="dns">Null for the system's servers.</param>
    public static async Task<IReadOnlyList<BootstrapPeer>> BootstrapPeersAsync(Multiaddr name, IDnsTxtResolver? dns, CancellationToken cancellationToken)
    {
        IReadOnlyList<Multiaddr> addresses = await new DnsAddrResolver(dns).ResolveAsync(name, cancellationToken);
        return [.. addresses
            .GroupBy(address => address.TryGetPeer(out PeerId peer) ? peer : default)
            .Where(group => !group.Key.IsDefault)
            .Select(group => new BootstrapPeer(group.Key, [.. group]))];
    }
    // </example>

    [Test]
    [CancelAfter(60_000)]
    public async Task Name_LeadsToItsPeers(CancellationToken cancellationToken)
    {
        await using var hosts = new ExampleHosts();
        var (server, client) = (await hosts.ListenAsync(), await hosts.ListenAsync());
        await using var serving = await DhtExample.JoinAsync(server, KademliaMode.Server, [], cancellationToken);
        var dns = new OneName("_dnsaddr.bootstrap.example.org", [$"dnsaddr={server.GetPeerAddresses()[0]}"]);

        var known = await BootstrapPeersAsync(Multiaddr.Parse("/dnsaddr/bootstrap.example.org"), dns, cancellationToken);
        await using var dht = await DhtExample.JoinAsync(client, KademliaMode.Client, known, cancellationToken);

        Assert.That(known.Select(peer => peer.Id), Is.EqualTo(new[] { server.Id }));
        Assert.That(dht.RoutingTableSize, Is.EqualTo(1));
    }

    /// <summary>A DNS that knows one name.</summary>
    private sealed class OneName(string known, string[] texts) : IDnsTxtResolver
    {
        public Task<IReadOnlyList<string>> ResolveAsync(string name, CancellationToken cancellationToken = default) =>
            Task.FromResult<IReadOnlyList<string>>(name == known ? texts : []);
    }
}
