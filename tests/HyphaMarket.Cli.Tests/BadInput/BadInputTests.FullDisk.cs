using HyphaMarket.Cli.Devnet;
using HyphaMarket.Cli.Tests.Processes;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.BadInput;

// A disk without a free byte under a scheduler's journal.
internal sealed partial class BadInputTests
{
    [Test]
    [CancelAfter(TestLimit)]
    public async Task FullDisk_NothingMoreIsAcknowledged_AndWhatWasIsThereAfterwards(CancellationToken stop)
    {
        var directory = _network.DirectoryOf("full");
        using var disk = SmallDisk.TryMount(directory, out var reason);
        if (disk is null) Assert.Ignore($"A full disk needs a file system of its own, and this user may not mount one. {reason}");
        // What the node prints is kept by the test, and so elsewhere.
        File.CreateSymbolicLink(Path.Combine(directory, "console.log"), _network.DirectoryOf("full-console.log"));
        var other = await _network.PrepareAsync(Path.Combine("full", "other"), NodeRoles.Broker, stop);
        var node = await _network.AddAsync("full", NodeRoles.Scheduler, stop);
        try
        {
            var first = await RealNetwork.PlaceAsync(node, "bid", 701, stop);
            var second = await RealNetwork.PlaceAsync(node, "bid", 702, stop);

            // An order is open once enough brokers hold it; the one that is asked may hear of it last.
            while (!(await BidsAsync(stop)).Select(level => level.PriceMicros).Intersect([701, 702]).Take(2).Skip(1).Any()) await Task.Delay(100, stop);

            disk!.Fill();
            foreach (var price in new[] { 703, 704 })
            {
                var refused = await VerbAsync(node, $"order create bid {RealNetwork.Profile} --price {price}micros");
                Assert.That(refused.Code, Is.EqualTo(ExitCode.Unhealthy), refused.Out + refused.Error);
                Assert.That(refused.Error, Does.Contain("journal-failed").And.Contain("is full").And.Contain("Make room on the disk"));
            }

            var cancel = await VerbAsync(node, $"order cancel {first.Id}");
            Assert.That(cancel.Code, Is.EqualTo(ExitCode.Unhealthy), cancel.Out + cancel.Error);
            Assert.That(await OpenAsync(node, stop), Is.EquivalentTo(new[] { first.Id, second.Id }), "neither a ghost nor a cancel that nobody heard of");
            await SaysSoAsync(node, stop);
            Assert.That((await BidsAsync(stop)).Select(level => level.PriceMicros), Does.Contain(701).And.Contain(702).And.Not.Contain(703).And.Not.Contain(704));

            RealNetwork.Kill(node);
            var newcomer = await FailsToStartAsync(other, ExitCode.Error, "disk-unwritable", stop);
            Assert.That(newcomer.Error, Does.Contain("No space left on device").And.Contain("Make room on the disk"));

            disk.Free();
            node = await _network.RestartAsync(node, stop);
            // Brokers refuse a sequence that was used before, so that this one is taken says that it is new.
            var third = await RealNetwork.PlaceAsync(node, "bid", 705, stop);
            Assert.That(third.State, Is.EqualTo(OrderState.Open));
            while ((await OpenAsync(node, stop)).Count < 3) await Task.Delay(100, stop);
            Assert.That(await OpenAsync(node, stop), Is.EquivalentTo(new[] { first.Id, second.Id, third.Id }));
            Assert.That((await VerbAsync(node, $"order cancel {first.Id}")).Code, Is.EqualTo(ExitCode.Ok));
        }
        finally
        {
            await node.StopAsync(TimeSpan.FromSeconds(8));
        }
    }

    private static async Task SaysSoAsync(DevnetNode node, CancellationToken stop)
    {
        var warning = await RealNetwork.EventAsync(node, happened => happened is { Event: NodeEventKind.Warning, Reason: "journal-failed" }, stop, seconds: 10);
        Assert.That(warning.Hint, Does.Contain("Make room on the disk"));
        var status = await RealNetwork.StatusAsync(node, stop);
        Assert.That(status.Ready, Is.False);
        Assert.That(status.Warnings, Has.Some.Contains("The journal cannot be written"));
        Assert.That(await VerbAsync(node, "node status"), Has.Property(nameof(CommandResult.Code)).EqualTo(ExitCode.Unhealthy));
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = async (_, token) => await ConnectApiAsync(node, token) });
        using var ready = await http.GetAsync(new Uri("http://daemon/readyz"), stop);
        Assert.That((int)ready.StatusCode, Is.EqualTo(503));
        Assert.That(await ready.Content.ReadAsStringAsync(stop), Does.Contain("The journal cannot be written"));
    }

    private static async Task<IReadOnlyList<string>> OpenAsync(DevnetNode node, CancellationToken stop) =>
        [.. (await node.Api.GetAsync("/v1/orders?limit=100", ApiJson.Default.IReadOnlyListOrderView, stop)).Where(order => order.State == OrderState.Open).Select(order => order.Id)];

    private static async Task<Stream> ConnectApiAsync(DevnetNode node, CancellationToken stop)
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(node.Directory, "api.sock")), stop);
        return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
    }
}
