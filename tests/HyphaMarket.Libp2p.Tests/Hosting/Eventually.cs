namespace HyphaMarket.Libp2p.Tests.Hosting;

/// <summary>Waits for what follows on another thread and no task tells of; the test's deadline bounds it.</summary>
internal static class Eventually
{
    public static async Task HoldsAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
