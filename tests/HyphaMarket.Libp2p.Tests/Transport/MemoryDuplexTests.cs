using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Tests.Transport;

[TestFixture]
[CancelAfter(10_000)]
public sealed class MemoryDuplexTests
{
    [Test]
    public async Task Writer_WaitsForRoom_AndBytesKeepTheirOrder(CancellationToken cancellationToken)
    {
        var (first, second) = MemoryDuplex.CreatePair(capacity: 10);
        var sent = Enumerable.Range(0, 95).Select(i => (byte)i).ToArray();
        var write = first.WriteAsync(sent, cancellationToken).AsTask();
        Assert.That(write.IsCompleted, Is.False);
        var received = new byte[95];
        await second.ReadExactlyAsync(received, cancellationToken);
        await write;
        Assert.That(received, Is.EqualTo(sent));
    }

    [Test]
    public async Task Disposal_LetsTheReaderDrain_ThenReadTheEnd(CancellationToken cancellationToken)
    {
        var (first, second) = MemoryDuplex.CreatePair();
        await first.WriteAsync(new byte[] { 1, 2 }, cancellationToken);
        await first.DisposeAsync();
        var buffer = new byte[8];
        Assert.That(await second.ReadAsync(buffer, cancellationToken), Is.EqualTo(2));
        Assert.That(await second.ReadAsync(buffer, cancellationToken), Is.Zero);
        Assert.That(async () => await second.WriteAsync(new byte[1], cancellationToken), Throws.InstanceOf<IOException>());
    }

    [Test]
    public async Task CancelledRead_TakesNothing(CancellationToken cancellationToken)
    {
        var (first, second) = MemoryDuplex.CreatePair();
        using var source = new CancellationTokenSource();
        var read = second.ReadAsync(new byte[4], source.Token).AsTask();
        await source.CancelAsync();
        Assert.That(async () => await read, Throws.InstanceOf<OperationCanceledException>());
        await first.WriteAsync(new byte[] { 7 }, cancellationToken);
        var buffer = new byte[4];
        Assert.That(await second.ReadAsync(buffer, cancellationToken), Is.EqualTo(1));
    }
}
