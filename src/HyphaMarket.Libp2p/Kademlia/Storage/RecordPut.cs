namespace HyphaMarket.Libp2p.Kademlia.Storage;

/// <summary>What became of a value record.</summary>
internal enum RecordPut
{
    /// <summary>It is stored, or its life was extended where the same value was there.</summary>
    Stored,

    /// <summary>The namespace has no validator here.</summary>
    UnknownNamespace,

    /// <summary>The validator says no, or the value or key is too long.</summary>
    Invalid,

    /// <summary>A better value is there.</summary>
    Worse,

    /// <summary>The store is full of keys nearer to this node.</summary>
    Full,
}
