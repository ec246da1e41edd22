namespace HyphaMarket.Cli.Tests.Mistakes;

/// <summary>Disposes of what a mistake took.</summary>
internal sealed class Undo(params IDisposable[] taken) : IAsyncDisposable
{
    public ValueTask DisposeAsync()
    {
        foreach (var one in taken.Reverse()) one.Dispose();
        return ValueTask.CompletedTask;
    }
}
