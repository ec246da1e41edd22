using System.Globalization;
using System.Text.Json;
using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Interop.Tests.Connecting;

/// <summary>The signed record of a peer's addresses that identify carries: each implementation opens the other's.</summary>
[CancelAfter(180_000)]
public sealed class SignedRecordTests : JsFixture
{
    [Test]
    public async Task Net_OpensTheRecordOfJs_AndCertifiesItsAddresses(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        var net = EndsWithTest(await NetPeer.StartAsync());
        var identified = net.WhenIdentifiedAsync(js.Id);

        var peer = await net.ConnectAsync(js, cancellationToken);
        await identified.WaitAsync(cancellationToken);

        var envelope = net.Host.PeerStore.GetSignedRecord(peer);
        Assert.That(envelope, Is.Not.Null, "js sends a record");
        Assert.That(SignedPeerRecord.TryOpen(envelope!.Value.Span, out var record, out var fault), Is.True, fault.ToString());
        Assert.That((record!.Peer, record.Record.Sequence > 0), Is.EqualTo((peer, true)));
        Assert.That(record.Record.Addresses.Select(address => address.ToString()), Is.EqualTo(new[] { js.TransportAddress }));
        Assert.That(net.Host.PeerStore.GetCertifiedAddresses(peer).Select(address => address.ToString()), Is.EqualTo(new[] { js.TransportAddress }));
    }

    [Test]
    public async Task Js_OpensTheRecordOfNet_AndANewerOneThatIsPushed()
    {
        var js = await StartJsPeerAsync();
        var net = EndsWithTest(await NetPeer.StartAsync());
        var listen = net.TransportAddress;

        await js.DialAsync(net.Address);
        var first = await js.WaitForIdentifyAsync(net.Id, HasRecord);
        // js throws away a message whose record it cannot verify, so an event with one in it tells that it could.
        Assert.That(AddressesOf(first), Is.EqualTo(new[] { listen }));

        var external = Multiaddr.Parse("/ip4/192.0.2.7/tcp/4001");
        net.Host.SetExternalAddresses(this, [external]);
        var second = await js.WaitForIdentifyAsync(net.Id, item => HasRecord(item) && AddressesOf(item).Contains(external.ToString()));

        Assert.That(AddressesOf(second), Is.EquivalentTo(new[] { listen, external.ToString() }));
        Assert.That(SequenceOf(second), Is.GreaterThan(SequenceOf(first)));
    }

    private static bool HasRecord(JsonElement item) => item.GetProperty("signedPeerRecordAddresses").ValueKind == JsonValueKind.Array;

    private static string[] AddressesOf(JsonElement item) => [.. item.GetProperty("signedPeerRecordAddresses").EnumerateArray().Select(text => text.GetString()!)];

    private static ulong SequenceOf(JsonElement item) => ulong.Parse(item.GetProperty("signedPeerRecordSequence").GetString()!, CultureInfo.InvariantCulture);
}
