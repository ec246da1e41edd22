namespace HyphaMarket.Libp2p.Resources;

/// <summary>What is in use at one moment, for metrics.</summary>
/// <param name="System">Everything but connections in upgrade.</param>
/// <param name="Transient">Connections in upgrade, and streams whose protocol is not agreed on (which count in <paramref name="System"/> too).</param>
/// <param name="Peers">Peers that use anything.</param>
/// <param name="Protocols">Streams, and memory that handlers asked for, of each protocol ever used.</param>
/// <param name="RefusedConnections">Connections that a limit refused, since the start.</param>
/// <param name="RefusedStreams">Likewise streams.</param>
/// <param name="RefusedMemory">Requests for memory that were refused; windows that did not grow are among them.</param>
public sealed record ResourceSnapshot(
    ResourceUse System,
    ResourceUse Transient,
    int Peers,
    IReadOnlyDictionary<string, ResourceUse> Protocols,
    long RefusedConnections,
    long RefusedStreams,
    long RefusedMemory);
