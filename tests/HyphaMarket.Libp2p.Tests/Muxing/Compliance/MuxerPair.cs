using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Tests.Simulation;

namespace HyphaMarket.Libp2p.Tests.Muxing.Compliance;

/// <summary>Two muxed connections at the ends of a simulated link.</summary>
internal sealed record MuxerPair(MuxedConnection Dialler, MuxedConnection Listener, SimulatedLink Link) : IAsyncDisposable
{
    public IReadOnlyList<MuxedConnection> Both => [Dialler, Listener];

    /// <summary>Opens a stream from the dialler and brings it to the listener with one byte.</summary>
    public async Task<(MuxedStream Ours, MuxedStream Theirs)> OpenAsync()
    {
        var ours = await Dialler.OpenStreamAsync();
        await ours.WriteAsync(new byte[] { 0x55 });
        var theirs = await Listener.AcceptStreamAsync();
        Assert.That(await theirs!.ReadAsync(new byte[8]), Is.EqualTo(1));
        return (ours, theirs);
    }

    public async ValueTask DisposeAsync()
    {
        await Dialler.DisposeAsync();
        await Listener.DisposeAsync();
    }
}
