using HyphaMarket.Libp2p.Kademlia.Storage;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Storage;

/// <summary>Values of the namespace "test" are decimal numbers; the greater is the better.</summary>
internal sealed class CountingValidator : IRecordValidator
{
    public string Namespace => "test";

    public bool IsValid(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => TryParse(value, out _);

    public int Select(ReadOnlySpan<byte> key, IReadOnlyList<ReadOnlyMemory<byte>> values)
    {
        var best = 0;
        for (var i = 1; i < values.Count; i++)
        {
            if (TryParse(values[i].Span, out var value) && TryParse(values[best].Span, out var held) && value > held) best = i;
        }
        return best;
    }

    private static bool TryParse(ReadOnlySpan<byte> value, out int number) => int.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out number);
}
