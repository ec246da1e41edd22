namespace HyphaMarket.Node.Networking;

/// <summary>Requests that wait for a core's answer, by number. Only the core's loop touches it.</summary>
internal sealed class PendingAnswers<T>
{
    private readonly Dictionary<long, TaskCompletionSource<T>> _waiting = [];
    private long _last;

    public long Add(TaskCompletionSource<T> answer)
    {
        _waiting.Add(++_last, answer);
        return _last;
    }

    /// <summary>Nothing happens where nobody waits any more.</summary>
    public void Complete(long number, T answer)
    {
        if (_waiting.Remove(number, out var waiting)) waiting.TrySetResult(answer);
    }

    public void Remove(long number) => _waiting.Remove(number);
}
