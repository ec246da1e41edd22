using System.Net;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Hosting;

[TestFixture]
public sealed class AdvertisedAddressesTests
{
    private static readonly Multiaddr s_public = Multiaddr.Parse("/ip4/8.8.8.8/tcp/1");
    private static readonly Multiaddr s_local = Multiaddr.Parse("/ip4/192.168.1.2/tcp/1");
    private static readonly Multiaddr s_confirmed = Multiaddr.Parse("/ip4/9.9.9.9/tcp/2");
    private static readonly Multiaddr s_relayed = RelayedMemoryTransport.Address("relay");

    [Test]
    public void Order_IsConfirmedThenListeningThenRelayed()
    {
        var addresses = new AdvertisedAddresses();
        addresses.SetListening([s_public, s_local]);
        addresses.SetExternal(this, [s_relayed, s_confirmed, s_local]);
        Assert.That(addresses.All, Is.EqualTo(new[] { s_confirmed, s_local, s_public, s_relayed }));
        Assert.That(addresses.Listening, Is.EqualTo(new[] { s_public, s_local }));
    }

    [Test]
    public void Source_ReplacesWhatItSaidBefore_AndOnlyThat()
    {
        var (first, second) = (new object(), new object());
        var addresses = new AdvertisedAddresses();
        Assert.That(addresses.SetExternal(first, [s_confirmed]), Is.True);
        Assert.That(addresses.SetExternal(second, [s_confirmed, s_relayed]), Is.True);
        Assert.That(addresses.SetExternal(first, []), Is.False, "the other still says so");
        Assert.That(addresses.All, Is.EqualTo(new[] { s_confirmed, s_relayed }));
        Assert.That(addresses.SetExternal(second, []), Is.True);
        Assert.That(addresses.All, Is.Empty);
    }

    [Test]
    public void PrivateNode_DoesNotTellPublicAddressesThatNobodyConfirmed()
    {
        var addresses = new AdvertisedAddresses();
        addresses.SetListening([s_public, s_local]);
        addresses.SetExternal(this, [s_relayed]);
        Assert.That(addresses.SetReachability(Reachability.Private, out var changed), Is.True);
        Assert.That((changed, addresses.Reachability), Is.EqualTo((true, Reachability.Private)));
        Assert.That(addresses.All, Is.EqualTo(new[] { s_local, s_relayed }));
        addresses.SetExternal(this, [s_relayed, s_public]);
        Assert.That(addresses.All, Is.EqualTo(new[] { s_public, s_local, s_relayed }));
        Assert.That(addresses.SetReachability(Reachability.Private, out _), Is.False);
    }

    [Test]
    public void List_IsBounded()
    {
        var addresses = new AdvertisedAddresses();
        addresses.SetExternal(this, [.. Enumerable.Range(1, 200).Select(port => Multiaddr.Parse($"/ip4/9.9.9.9/tcp/{port}"))]);
        Assert.That(addresses.All, Has.Count.EqualTo(AdvertisedAddresses.MaxAddresses));
    }

    [TestCase("8.8.8.8", true)]
    [TestCase("100.64.0.1", false)]
    [TestCase("172.31.255.255", false)]
    [TestCase("172.32.0.0", true)]
    [TestCase("::ffff:10.0.0.1", false)]
    [TestCase("2606:4700::1", true)]
    [TestCase("2001:db8::1", false)]
    [TestCase("fd00::1", false)]
    [TestCase("fe80::1", false)]
    [TestCase("::1", false)]
    public void PublicAddresses_AreThoseTheInternetRoutes(string address, bool isPublic) => Assert.That(IpScope.IsPublic(IPAddress.Parse(address)), Is.EqualTo(isPublic));
}
