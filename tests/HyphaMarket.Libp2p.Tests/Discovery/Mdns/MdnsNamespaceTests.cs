using HyphaMarket.Libp2p.Discovery.Mdns;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;
using HyphaMarket.Tests.Shared.Namespaces;

namespace HyphaMarket.Libp2p.Tests.Discovery.Mdns;

[TestFixture]
[CancelAfter(60_000)]
public sealed class MdnsNamespaceTests
{
    [SetUp]
    public void SetUp() => NetworkNamespace.Require();

    [TestCase("10.78.0.1/24", "10.78.0.2/24", "/ip4/0.0.0.0/tcp/0")]
    [TestCase("fd00:78::1/64", "fd00:78::2/64", "/ip6/::/tcp/0")]
    public async Task NodesOnOneLink_FindEachOther_AndCanConnect(string leftAddress, string rightAddress, string listen, CancellationToken cancellationToken)
    {
        using var left = NetworkNamespace.Create("left");
        using var right = NetworkNamespace.Create("right");
        NetworkNamespace.AddVeth(left, "cable", leftAddress, right, "cable", rightAddress);
        left.AwaitCarrier("cable");
        right.AwaitCarrier("cable");
        using var leftThread = new NamespaceThread(left);
        using var rightThread = new NamespaceThread(right);
        using var leftKeys = KeyPair.Generate();
        using var rightKeys = KeyPair.Generate();
        await using var leftHost = await HostAsync(leftKeys, leftThread, listen);
        await using var rightHost = await HostAsync(rightKeys, rightThread, listen);
        await using var leftMdns = new MdnsService(leftHost, new MdnsOptions(), new NamespaceMdnsLink(leftThread));
        await using var rightMdns = new MdnsService(rightHost, new MdnsOptions(), new NamespaceMdnsLink(rightThread));
        var (leftFound, rightFound) = (Found(leftMdns), Found(rightMdns));
        leftMdns.Start();
        rightMdns.Start();

        Assert.That(await leftFound.WaitAsync(cancellationToken), Is.EqualTo(rightHost.Id));
        Assert.That(await rightFound.WaitAsync(cancellationToken), Is.EqualTo(leftHost.Id));
        Assert.That(leftHost.PeerStore.GetAddresses(rightHost.Id).Select(address => address.Components[0].Text), Does.Contain(rightAddress.Split('/')[0]));
        await leftHost.ConnectAsync(rightHost.Id, [], cancellationToken);
        Assert.That(leftHost.IsConnected(rightHost.Id), Is.True);
    }

    private static async Task<Host> HostAsync(KeyPair keys, NamespaceThread thread, string listen)
    {
        var host = new Host(keys, new HostOptions { ListenAddresses = [Multiaddr.Parse(listen)] }, transports: [new NamespaceTransport(thread, new TcpTransport())]);
        await host.StartAsync();
        return host;
    }

    private static Task<PeerId> Found(MdnsService mdns)
    {
        var found = new TaskCompletionSource<PeerId>(TaskCreationOptions.RunContinuationsAsynchronously);
        mdns.PeerFound += (peer, _) => found.TrySetResult(peer);
        return found.Task;
    }
}
