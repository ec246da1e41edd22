namespace HyphaMarket.Libp2p.HolePunching;

/// <summary>What a message is for.</summary>
internal enum HolePunchMessageType
{
    /// <summary>Tells the sender's addresses; each side sends one.</summary>
    Connect,

    /// <summary>Says when to dial.</summary>
    Sync,
}
