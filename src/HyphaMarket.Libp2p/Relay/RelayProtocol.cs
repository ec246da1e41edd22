namespace HyphaMarket.Libp2p.Relay;

/// <summary>The names of circuit relay v2 and the bound of its messages.</summary>
/// <remarks>Source: libp2p/specs relay/circuit-v2.md.</remarks>
public static class RelayProtocol
{
    /// <summary>Spoken with a relay: "used for reserving resources in the relay and opening a switched connection to a peer through the relay".</summary>
    public const string HopId = "/libp2p/circuit/relay/0.2.0/hop";

    /// <summary>Spoken by a relay: it "governs the termination of circuit switched connections".</summary>
    public const string StopId = "/libp2p/circuit/relay/0.2.0/stop";

    /// <summary>The longest message read or written. A reservation with a voucher and eight addresses has some 800 bytes; go-libp2p too reads 4 KiB and no more.</summary>
    public const int MaxMessageBytes = 4 * 1024;
}
