namespace HyphaMarket.Libp2p.Kademlia.Storage;

/// <summary>Judges value records of one namespace. Both methods are pure and quick; records come from strangers.</summary>
public interface IRecordValidator
{
    /// <summary>The first part of the keys: "pk" for <c>/pk/...</c>.</summary>
    string Namespace { get; }

    /// <summary>Whether the value may stand under the key.</summary>
    bool IsValid(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>The index of the best of two or more valid values. "Decisions made by select should be stable."</summary>
    int Select(ReadOnlySpan<byte> key, IReadOnlyList<ReadOnlyMemory<byte>> values);
}
