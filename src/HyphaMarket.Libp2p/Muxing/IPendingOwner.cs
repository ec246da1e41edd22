namespace HyphaMarket.Libp2p.Muxing;

/// <summary>Whose operations can be cancelled.</summary>
internal interface IPendingOwner
{
    /// <summary>The token that a caller gave with an operation was cancelled; the operation may be over already.</summary>
    void OnCancelled(PendingOperation operation, CancellationToken token);
}
