using HyphaMarket.Libp2p.Hosting;

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

    /// <summary>Records the negotiated protocol.</summary>
    internal void Assign(string protocol) => _protocol = protocol;
}
