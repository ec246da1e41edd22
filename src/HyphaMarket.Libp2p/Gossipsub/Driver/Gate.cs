namespace HyphaMarket.Libp2p.Gossipsub.Driver;

/// <summary>Holds a reader up while it is closed. Opened and closed by the router's loop.</summary>
internal sealed class Gate
{
    private volatile TaskCompletionSource? _closed;

    public void Close() => _closed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open()
    {
        var closed = _closed;
        _closed = null;
        closed?.TrySetResult();
    }

    public ValueTask WaitAsync(CancellationToken cancellationToken) =>
        _closed is { } closed ? new ValueTask(closed.Task.WaitAsync(cancellationToken)) : ValueTask.CompletedTask;
}
