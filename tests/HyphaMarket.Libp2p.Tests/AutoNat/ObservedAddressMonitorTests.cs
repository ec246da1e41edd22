using HyphaMarket.Libp2p.AutoNat.Observed;
using HyphaMarket.Libp2p.Hosting;

namespace HyphaMarket.Libp2p.Tests.AutoNat;

[TestFixture]
[CancelAfter(60_000)]
public sealed class ObservedAddressMonitorTests
{
    [Test]
    public async Task Dials_FromTheListeningPort_MakeItACandidate_OnceTwoPeersHaveSeenIt(CancellationToken cancellationToken)
    {
        await using var network = new AutoNatNetwork();
        var node = await network.AddHostAsync();
        using var monitor = new ObservedAddressMonitor(node, new ObservedAddressOptions { AllowPrivateAddresses = true });
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        monitor.Changed += () => changed.TrySetResult();
        for (var i = 0; i < 2; i++)
        {
            var peer = await network.AddHostAsync();
            await node.ConnectAsync(peer.Id, peer.Addresses, cancellationToken);
        }

        await changed.Task.WaitAsync(cancellationToken);

        Assert.That(monitor.Candidates, Is.EqualTo(node.ListenAddresses));
        Assert.That(monitor.Predictions, Is.EqualTo(node.ListenAddresses));
    }

    [Test]
    public async Task PrivateAddresses_AreNoCandidates_UnlessAnOptionSaysSo(CancellationToken cancellationToken)
    {
        await using var network = new AutoNatNetwork();
        var node = await network.AddHostAsync();
        using var monitor = new ObservedAddressMonitor(node);
        var told = new Countdown(2);
        node.PeerIdentified += _ => told.Signal();
        for (var i = 0; i < 2; i++)
        {
            var peer = await network.AddHostAsync();
            await node.ConnectAsync(peer.Id, peer.Addresses, cancellationToken);
        }

        await told.Done.WaitAsync(cancellationToken);

        Assert.That(monitor.Candidates.Concat(monitor.Predictions), Is.Empty);
    }
}
