using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Tests.AutoNat;

/// <summary>Dials that nobody answers. Counts them.</summary>
internal sealed class NowhereTransport : ITransport
{
    private int _dials;

    public int Dials => Volatile.Read(ref _dials);

    public bool CanDial(Multiaddr address) => true;

    public ValueTask<TransportConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _dials);
        return ValueTask.FromException<TransportConnection>(new IOException("nobody listens there"));
    }

    public ValueTask<ITransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken) => throw new NotSupportedException();
}
