namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>What became of a published message.</summary>
/// <param name="Peers">How many peers it was sent to, that is, queued for; those whose queue was full are not counted.</param>
public readonly record struct PublishResult(MessageId MessageId, PublishStatus Status, int Peers);
