namespace HyphaMarket.Node.Intake;

/// <summary>The latest of a series of values that never change: one thread swaps the reference, any number read it, nobody waits.</summary>
/// <remarks>A value is whole before its reference is seen, and who holds one keeps it, whatever is published meanwhile.</remarks>
public sealed class Published<T>(T first)
    where T : class?
{
    private T _latest = first;

    public T Latest => Volatile.Read(ref _latest);

    public void Publish(T value) => Volatile.Write(ref _latest, value);
}
