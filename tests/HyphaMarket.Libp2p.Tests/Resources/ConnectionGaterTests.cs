using System.Net;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Resources;

namespace HyphaMarket.Libp2p.Tests.Resources;

[TestFixture]
public sealed class ConnectionGaterTests
{
    [Test]
    public void SmallestNetworkThatHoldsAnAddress_Decides()
    {
        var gater = new ConnectionGater();
        gater.Deny(IPNetwork.Parse("10.0.0.0/8"));
        gater.Allow(IPNetwork.Parse("10.1.0.0/16"));
        gater.Deny(IPAddress.Parse("10.1.2.3"));
        gater.Deny(IPNetwork.Parse("2001:db8::/32"));
        Assert.That(Of(gater, "10.9.9.9"), Is.EqualTo(GateVerdict.Denied));
        Assert.That(Of(gater, "10.1.9.9"), Is.EqualTo(GateVerdict.Allowed));
        Assert.That(Of(gater, "10.1.2.3"), Is.EqualTo(GateVerdict.Denied));
        Assert.That(Of(gater, "::ffff:10.1.2.3"), Is.EqualTo(GateVerdict.Denied), "the same address within IPv6");
        Assert.That(Of(gater, "11.0.0.1"), Is.EqualTo(GateVerdict.None));
        Assert.That(Of(gater, "2001:db8:1::1"), Is.EqualTo(GateVerdict.Denied));
        Assert.That(gater.Of((IPAddress?)null), Is.EqualTo(GateVerdict.None));
    }

    [Test]
    public void AllOfIpv6_IsNotAllOfIpv4()
    {
        var gater = new ConnectionGater();
        gater.Deny(IPNetwork.Parse("::/0"));
        Assert.That((Of(gater, "2001:db8::1"), Of(gater, "192.0.2.1")), Is.EqualTo((GateVerdict.Denied, GateVerdict.None)));
        gater.Deny(IPNetwork.Parse("0.0.0.0/0"));
        gater.Remove(IPNetwork.Parse("::/0"));
        Assert.That((Of(gater, "2001:db8::1"), Of(gater, "192.0.2.1")), Is.EqualTo((GateVerdict.None, GateVerdict.Denied)));
    }

    [Test]
    public void Denial_OfThePeerOrOfItsAddress_IsFinal()
    {
        var (gater, peer, address) = (new ConnectionGater(), NewPeer(), IPAddress.Parse("192.0.2.1"));
        gater.Allow(peer);
        Assert.That(gater.Of(peer, address), Is.EqualTo(GateVerdict.Allowed));
        gater.Deny(address);
        Assert.That(gater.Of(peer, address), Is.EqualTo(GateVerdict.Denied));
        gater.Allow(address);
        gater.Deny(peer);
        Assert.That(gater.Of(peer, address), Is.EqualTo(GateVerdict.Denied));
        gater.Remove(peer);
        gater.Remove(address);
        Assert.That(gater.Of(peer, address), Is.EqualTo(GateVerdict.None));
    }

    [Test]
    public void Lookups_AgreeWithASearchThroughAllNetworks([Values(1, 2, 3)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var gater = new ConnectionGater();
        var naive = new Dictionary<IPNetwork, GateVerdict>();
        for (var step = 0; step < 2_000; step++)
        {
            var network = RandomNetwork(random);
            switch (random.Next(3))
            {
                case 0:
                    gater.Allow(network);
                    naive[network] = GateVerdict.Allowed;
                    break;
                case 1:
                    gater.Deny(network);
                    naive[network] = GateVerdict.Denied;
                    break;
                default:
                    gater.Remove(network);
                    naive.Remove(network);
                    break;
            }
            var address = RandomNetwork(random).BaseAddress;
            var expected = naive.Where(entry => entry.Key.Contains(address)).OrderByDescending(entry => entry.Key.PrefixLength).Select(entry => entry.Value).FirstOrDefault();
            Assert.That(gater.Of(address), Is.EqualTo(expected), address.ToString());
        }
    }

    [Test]
    public void Lists_AreBounded_AndAReplacementIsNoNewEntry()
    {
        var gater = new ConnectionGater();
        for (var i = 0; i < ConnectionGater.MaxEntries; i++) gater.Deny(new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]));
        Assert.That(() => gater.Deny(IPAddress.Parse("192.0.2.1")), Throws.InvalidOperationException);
        Assert.That(() => gater.Allow(IPAddress.Parse("10.0.0.0")), Throws.Nothing);
        gater.Remove(IPAddress.Parse("10.0.0.0"));
        Assert.That(() => gater.Deny(IPAddress.Parse("192.0.2.1")), Throws.Nothing);
    }

    /// <summary>Few bits are drawn, so that networks hold one another.</summary>
    private static IPNetwork RandomNetwork(Random random)
    {
        var bytes = new byte[random.Next(2) == 0 ? 4 : 16];
        bytes[0] = 0x20;
        bytes[1] = (byte)(random.Next(4) << 6);
        bytes[^1] = (byte)random.Next(4);
        var length = new[] { 0, 8, 10, bytes.Length * 8 }[random.Next(4)];
        for (var bit = length; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bytes), length);
    }

    private static GateVerdict Of(ConnectionGater gater, string address) => gater.Of(IPAddress.Parse(address));

    private static PeerId NewPeer()
    {
        using var keys = KeyPair.Generate();
        return keys.PeerId;
    }
}
