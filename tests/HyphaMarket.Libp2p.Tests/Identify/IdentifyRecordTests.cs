using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Tests.Hosting;

namespace HyphaMarket.Libp2p.Tests.Identify;

[TestFixture]
[CancelAfter(30_000)]
public sealed class IdentifyRecordTests
{
    private TestHosts _hosts = null!;

    [SetUp]
    public void SetUp() => _hosts = new TestHosts();

    [TearDown]
    public async Task TearDown() => await _hosts.DisposeAsync();

    [Test]
    public async Task Hosts_ShowEachOtherTheirSignedRecords(CancellationToken cancellationToken)
    {
        var (first, second) = (await _hosts.InMemoryAsync(), await _hosts.InMemoryAsync());
        var identified = Identified(first, second.Id, 1);
        await first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        await identified.WaitAsync(cancellationToken);
        Assert.That(SignedPeerRecord.TryOpen(first.PeerStore.GetSignedRecord(second.Id)!.Value.Span, out var record, out _), Is.True);
        Assert.That(record!.Peer, Is.EqualTo(second.Id));
        Assert.That(first.PeerStore.GetCertifiedAddresses(second.Id), Is.EqualTo(second.Addresses));
    }

    [Test]
    public async Task ChangedAddresses_AreSignedAnewWithAHigherNumber_AndPushed(CancellationToken cancellationToken)
    {
        var options = new HostOptions { PushDelay = TimeSpan.FromMilliseconds(1) };
        var (first, second) = (await _hosts.InMemoryAsync(options), await _hosts.InMemoryAsync(options));
        var identified = Identified(first, second.Id, 1);
        await first.ConnectAsync(second.Id, second.Addresses, cancellationToken);
        await identified.WaitAsync(cancellationToken);
        var before = Sequence(first, second.Id);

        var external = Multiaddr.Parse("/ip4/192.0.2.7/tcp/4001");
        var pushed = Told(first, second.Id, external);
        second.SetExternalAddresses(this, [external]);
        await pushed.WaitAsync(cancellationToken);

        Assert.That(first.PeerStore.GetCertifiedAddresses(second.Id), Does.Contain(external));
        Assert.That(Sequence(first, second.Id), Is.GreaterThan(before));
    }

    private static ulong Sequence(Host host, PeerId peer)
    {
        Assert.That(SignedPeerRecord.TryOpen(host.PeerStore.GetSignedRecord(peer)!.Value.Span, out var record, out _), Is.True);
        return record!.Record.Sequence;
    }

    private static Task Identified(Host host, PeerId peer, int times)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.PeerIdentified += told =>
        {
            if (told == peer && --times == 0) done.TrySetResult();
        };
        return done.Task;
    }

    private static Task Told(Host host, PeerId peer, Multiaddr address)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.PeerIdentified += _ =>
        {
            if (host.PeerStore.GetCertifiedAddresses(peer).Contains(address)) done.TrySetResult();
        };
        return done.Task;
    }
}
