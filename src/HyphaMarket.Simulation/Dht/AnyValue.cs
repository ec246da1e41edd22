using HyphaMarket.Libp2p.Kademlia.Storage;

namespace HyphaMarket.Simulation.Dht;

/// <summary>Takes every value: what is measured is where records are, not what they say.</summary>
internal sealed class AnyValue : IRecordValidator
{
    public string Namespace => "any";

    public bool IsValid(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => true;

    public int Select(ReadOnlySpan<byte> key, IReadOnlyList<ReadOnlyMemory<byte>> values) => 0;
}
