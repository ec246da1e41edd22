using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Resources;

namespace HyphaMarket.Libp2p.Muxing;

/// <summary>A stream of a muxer: a <see cref="PeerStream"/> whose protocol is known only once it is negotiated.</summary>
public abstract class MuxedStream : PeerStream
{
    private string _protocol = "";

    /// <summary>The protocol id; empty until it is negotiated.</summary>
    public override string Protocol => _protocol;

    public override ConnectionInfo Connection => Carrier?.Describe() ?? throw new InvalidOperationException("No host keeps the connection of this stream.");

    /// <summary>The host's record of the connection.</summary>
    internal HostConnection? Carrier { get; set; }

    /// <summary>What the host has reserved for it; null where no host keeps it.</summary>
    internal StreamScope? Scope { get; private protected set; }

    public override bool TryReserveMemory(long bytes) => Scope?.TryReserveMemory(bytes) ?? true;

    /// <summary>Takes what was reserved for a stream that we opened, and gives it back when the muxer has done with the stream.</summary>
    internal abstract void Hold(StreamScope scope);

    /// <summary>Records the negotiated protocol.</summary>
    internal void Assign(string protocol) => _protocol = protocol;
}
