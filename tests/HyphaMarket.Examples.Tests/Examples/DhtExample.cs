using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Examples.Tests.Examples;

public sealed class DhtExample
{
    // <example>
    /// <summary>Joins a DHT of its own: nodes with another protocol id are another network. Servers answer and keep records, clients only ask.</summary>
    public static async Task<KademliaDht> JoinAsync(IHost host, KademliaMode mode, IReadOnlyList<BootstrapPeer> known, CancellationToken cancellationToken)
    {
        var dht = new KademliaDht(host, new KademliaOptions { Protocol = "/example/kad/1.0.0", Mode = mode, BootstrapPeers = known });
        dht.Start();
        await dht.Bootstrapped.WaitAsync(cancellationToken);
        return dht;
    }

    /// <summary>Says that this node has some content, and says it anew until StopProviding. The result is how many servers hold the record.</summary>
    public static Task<int> ProvideAsync(KademliaDht dht, byte[] content, CancellationToken cancellationToken) =>
        dht.ProvideAsync(Multihash.Sha256(content).Bytes, cancellationToken);

    /// <summary>Who has it, with addresses to dial.</summary>
    public static Task<IReadOnlyList<PeerInfo>> FindAsync(KademliaDht dht, byte[] content, CancellationToken cancellationToken) =>
        dht.FindProvidersAsync(Multihash.Sha256(content).Bytes, limit: 5, cancellationToken);
    // </example>

    [Test]
    [CancelAfter(60_000)]
    public async Task WhatOneProvides_AnotherFinds(CancellationToken cancellationToken)
    {
        await using var hosts = new ExampleHosts();
        var (server, provider, seeker) = (await hosts.ListenAsync(), await hosts.ListenAsync(), await hosts.ListenAsync());
        await using var serving = await JoinAsync(server, KademliaMode.Server, [], cancellationToken);
        BootstrapPeer[] known = [new(server.Id, server.Addresses)];
        await using var providing = await JoinAsync(provider, KademliaMode.Client, known, cancellationToken);
        await using var seeking = await JoinAsync(seeker, KademliaMode.Client, known, cancellationToken);

        Assert.That(await ProvideAsync(providing, [1, 2, 3], cancellationToken), Is.EqualTo(1));
        var found = await FindAsync(seeking, [1, 2, 3], cancellationToken);

        Assert.That(found.Select(peer => peer.Id), Is.EqualTo(new[] { provider.Id }));
        await seeker.ConnectAsync(found[0].Id, found[0].Addresses, cancellationToken);
        Assert.That(seeker.IsConnected(provider.Id), Is.True);
    }
}
