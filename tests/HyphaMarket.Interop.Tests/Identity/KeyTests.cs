using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Interop.Tests.Identity;

[CancelAfter(180_000)]
public sealed class KeyTests : JsFixture
{
    [Test]
    public async Task OneSeed_GivesBothImplementationsOnePeerId()
    {
        var seed = TestBytes.Random(32);
        using var ours = KeyPair.FromSeed(seed);

        var theirs = await StartJsPeerAsync(new JsPeerOptions { Seed = Convert.ToHexStringLower(seed) });

        Assert.That(ours.PeerId.ToString(), Is.EqualTo(theirs.Id));
        Assert.That(PeerId.Parse(theirs.Id), Is.EqualTo(ours.PeerId));
    }

    [Test]
    public async Task AddressOfAJsPeer_IsReadAndWrittenUnchanged()
    {
        var theirs = await StartJsPeerAsync();

        var address = Multiaddr.Parse(theirs.Address);

        Assert.That(address.ToString(), Is.EqualTo(theirs.Address));
        Assert.That(address.TryGetPeer(out var peer), Is.True);
        Assert.That(peer.ToString(), Is.EqualTo(theirs.Id));
    }
}
