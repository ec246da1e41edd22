using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay;

namespace HyphaMarket.Libp2p.Tests.Relay;

[TestFixture]
public sealed class CircuitAddressTests
{
    private static readonly string s_relay = RelayPeers.Id(1).ToString();
    private static readonly string s_target = RelayPeers.Id(2).ToString();

    [Test]
    public void Address_OfAPeerBehindARelay_IsTakenApartAndPutTogether()
    {
        var address = Multiaddr.Parse($"/ip4/192.0.2.7/tcp/4001/p2p/{s_relay}/p2p-circuit/p2p/{s_target}");
        Assert.That(CircuitAddress.TryParse(address, out var circuit), Is.True);
        Assert.That(circuit, Is.EqualTo(new CircuitAddress(RelayPeers.Id(1), Multiaddr.Parse("/ip4/192.0.2.7/tcp/4001"), RelayPeers.Id(2))));
        Assert.That(circuit!.ToMultiaddr(), Is.EqualTo(address));
    }

    [Test]
    public void Address_WithoutTheTargetOrTheRelaysPlace_IsTakenApartToo()
    {
        Assert.That(CircuitAddress.TryParse(Multiaddr.Parse($"/p2p/{s_relay}/p2p-circuit"), out var circuit), Is.True);
        Assert.That(circuit, Is.EqualTo(new CircuitAddress(RelayPeers.Id(1), null, null)));
        Assert.That(circuit!.ToMultiaddr().ToString(), Is.EqualTo($"/p2p/{s_relay}/p2p-circuit"));
        Assert.That(CircuitAddress.TryParse(Multiaddr.Parse($"/dns4/relay.example/tcp/443/tls/ws/p2p/{s_relay}/p2p-circuit"), out circuit), Is.True);
        Assert.That(circuit!.RelayAddress!.ToString(), Is.EqualTo("/dns4/relay.example/tcp/443/tls/ws"));
    }

    [Test]
    public void OtherAddresses_AreNoneOfOneRelay()
    {
        string[] wrong =
        [
            "/ip4/192.0.2.7/tcp/4001",
            $"/ip4/192.0.2.7/tcp/4001/p2p/{s_relay}",
            "/p2p-circuit",
            $"/p2p-circuit/p2p/{s_target}",
            "/ip4/192.0.2.7/tcp/4001/p2p-circuit",
            $"/ip4/192.0.2.7/tcp/4001/p2p/{s_relay}/p2p-circuit/p2p/{s_target}/p2p-circuit",
            $"/ip4/192.0.2.7/tcp/4001/p2p/{s_relay}/p2p-circuit/p2p/{s_relay}/p2p-circuit/p2p/{s_target}",
            $"/ip4/192.0.2.7/tcp/4001/p2p/{s_relay}/p2p-circuit/tcp/4001",
            $"/ip4/192.0.2.7/tcp/4001/p2p/{s_relay}/p2p/{s_relay}/p2p-circuit",
        ];
        foreach (var text in wrong) Assert.That(CircuitAddress.TryParse(Multiaddr.Parse(text), out _), Is.False, text);
    }
}
