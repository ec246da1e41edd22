using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Tests.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Node.Tests.Networking;

[CancelAfter(60_000)]
public sealed class KnownPeersTests
{
    private static readonly HostOptions s_options = new() { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] };

    [Test]
    public async Task RestartedNode_FindsItsPeersAgain_WithoutAFirstContact(CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        using var keys = KeyPair.Generate();
        using var otherKeys = KeyPair.Generate();
        await using var other = new Host(otherKeys, s_options);
        await other.StartAsync(cancellationToken);
        await using (var before = new Host(keys, s_options))
        {
            await using var known = await StartAsync(before, directory);
            var identified = Signal(before, host => host.PeerStore.GetProtocols(other.Id).Count > 0);
            await before.ConnectAsync(other.Id, other.Addresses, cancellationToken);
            await identified.WaitAsync(cancellationToken);
        }

        await using var after = new Host(keys, s_options);
        var connected = Signal(after, host => host.IsConnected(other.Id));
        await using var again = await StartAsync(after, directory);
        await connected.WaitAsync(cancellationToken);
        Assert.That(after.IsConnected(other.Id), Is.True);
    }

    [Test]
    public async Task DamagedFile_DoesNotKeepANodeFromStarting_AndIsReplacedAtItsStop(CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        using var keys = KeyPair.Generate();
        directory.Write("peers.dat", "nonsense");
        await using var host = new Host(keys, s_options);
        await (await StartAsync(host, directory)).DisposeAsync();
        Assert.That(await File.ReadAllTextAsync(directory.File("peers.dat.damaged"), cancellationToken), Is.EqualTo("nonsense"));
        Assert.That(new PeerStoreFile(directory.File("peers.dat")).Load(host.PeerStore).Problem, Is.Null);
    }

    [Test]
    public async Task NodeThatNeverStarted_LeavesTheFileAlone()
    {
        using var directory = new TemporaryDirectory();
        using var keys = KeyPair.Generate();
        await using var host = new Host(keys, s_options);
        var known = new KnownPeers(host, directory.File("peers.dat"), NullLogger.Instance);
        known.Load();
        await known.DisposeAsync();
        Assert.That(File.Exists(directory.File("peers.dat")), Is.False);
    }

    private static async Task<KnownPeers> StartAsync(Host host, TemporaryDirectory directory)
    {
        var known = new KnownPeers(host, directory.File("peers.dat"), NullLogger.Instance);
        known.Load();
        await host.StartAsync();
        known.Start();
        return known;
    }

    private static Task Signal(Host host, Func<Host, bool> condition)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.PeerIdentified += _ => Check();
        host.PeerConnected += _ => Check();
        return done.Task;

        void Check()
        {
            if (condition(host)) done.TrySetResult();
        }
    }
}
