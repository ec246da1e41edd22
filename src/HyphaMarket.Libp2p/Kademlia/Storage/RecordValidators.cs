using System.Text;

namespace HyphaMarket.Libp2p.Kademlia.Storage;

/// <summary>Finds the validator of a key by its namespace. A key without one is refused: nobody could say what it means.</summary>
internal sealed class RecordValidators(IReadOnlyList<IRecordValidator> validators)
{
    /// <summary>The validator of a key <c>/namespace/...</c>, or null.</summary>
    public IRecordValidator? Find(ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty || key[0] != (byte)'/') return null;
        var end = key[1..].IndexOf((byte)'/');
        if (end <= 0) return null;
        var name = Encoding.ASCII.GetString(key.Slice(1, end));
        return validators.FirstOrDefault(v => v.Namespace == name);
    }

    /// <summary>Whether the value is valid under the key; false where the namespace is unknown.</summary>
    public bool IsValid(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Find(key)?.IsValid(key, value) ?? false;

    /// <summary>Whether <paramref name="candidate"/> beats <paramref name="current"/>; both are valid. Equal bytes do not.</summary>
    public bool IsBetter(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> candidate, ReadOnlyMemory<byte> current) =>
        !candidate.Span.SequenceEqual(current.Span) && Find(key)?.Select(key, [current, candidate]) == 1;
}
