using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Tests.Relay;

/// <summary>A stream whose peer neither takes a byte nor says one.</summary>
internal sealed class StuckStream : PeerStream
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a write has begun to wait.</summary>
    public Task Entered => _entered.Task;

    public bool WasReset { get; private set; }

    public override PeerId Peer => RelayPeers.Id(2);
    public override string Protocol => "";
    public override ConnectionInfo Connection => throw new NotSupportedException();
    public override bool CanRead => true;
    public override bool CanWrite => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return 0;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _entered.TrySetResult();
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    public override ValueTask CloseWriteAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public override void Reset() => WasReset = true;
}
