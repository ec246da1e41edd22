using HyphaMarket.Libp2p.Kademlia.Storage;

namespace HyphaMarket.Interop.Tests.Dht;

/// <summary>Takes every value of the namespace <c>/hypha/</c>, as the js peers of these tests do.</summary>
internal sealed class AnyValue : IRecordValidator
{
    public string Namespace => "hypha";

    public bool IsValid(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => true;

    public int Select(ReadOnlySpan<byte> key, IReadOnlyList<ReadOnlyMemory<byte>> values) => 0;
}
