using HyphaMarket.Libp2p.Relay.Client;

namespace HyphaMarket.Libp2p.Tests.Relay;

/// <summary>Waits for states. Each wait is bounded by the test's own deadline.</summary>
internal static class RelayWaiting
{
    /// <summary>A hang is a failure after this time, whatever the load of the machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Waits until so many reservations are held.</summary>
    public static async Task HoldsAsync(this RelayClient client, int count)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look()
        {
            if (client.Reservations.Count == count) done.TrySetResult();
        }

        client.ReservationsChanged += Look;
        Look();
        await done.Task.WaitAsync(Patience);
        client.ReservationsChanged -= Look;
    }

    /// <summary>Waits for something that no event tells of.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(Patience), what);
            await Task.Delay(1);
        }
    }
}
