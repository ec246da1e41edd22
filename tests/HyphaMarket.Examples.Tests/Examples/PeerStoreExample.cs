using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Examples.Tests.Examples;

public sealed class PeerStoreExample
{
    // <example>
    /// <summary>A host that remembers whom it knew: dials need no address, and the network is found again without the first contacts.</summary>
    public static async Task<Host> StartWithMemoryAsync(KeyPair keys, string path, Action<string> warn, CancellationToken cancellationToken)
    {
        var host = new Host(keys);
        PeerStoreLoad load = new PeerStoreFile(path).Load(host.PeerStore);
        if (load.Problem is { } problem) warn(problem); // a damaged file is set aside, never fatal
        await host.StartAsync(cancellationToken);
        return host;
    }

    /// <summary>Now and then, and before the host is disposed. The file is replaced whole.</summary>
    public static void Remember(Host host, string path) => new PeerStoreFile(path).Save(host.PeerStore);
    // </example>

    [Test]
    [CancelAfter(60_000)]
    public async Task HostWithMemory_DialsAPeerByItsNameAlone(CancellationToken cancellationToken)
    {
        await using var hosts = new ExampleHosts();
        var listener = await hosts.ListenAsync();
        var path = Path.Combine(Path.GetTempPath(), $"peers-{Environment.ProcessId}-{Guid.NewGuid():N}");
        var warnings = new List<string>();
        using var keys = KeyPair.Generate();
        try
        {
            await using (var first = await StartWithMemoryAsync(keys, path, warnings.Add, cancellationToken))
            {
                await first.ConnectAsync(listener.GetPeerAddresses()[0], cancellationToken);
                Remember(first, path);
            }
            await using var second = await StartWithMemoryAsync(keys, path, warnings.Add, cancellationToken);
            await second.ConnectAsync(listener.Id, [], cancellationToken);

            Assert.That(second.IsConnected(listener.Id), Is.True);
            Assert.That(warnings, Is.Empty);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
