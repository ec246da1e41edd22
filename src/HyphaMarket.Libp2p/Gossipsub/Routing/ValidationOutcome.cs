namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>How a validation ended.</summary>
internal enum ValidationOutcome
{
    /// <summary>Deliver and forward it.</summary>
    Accept,

    /// <summary>The validator found it wrong for everybody; the id is remembered and its senders are held responsible.</summary>
    Reject,

    /// <summary>The validator passed over it; the id is remembered, nobody is blamed.</summary>
    Ignore,

    /// <summary>The signature or the key is wrong. The id is not remembered, or a forger could have the true message taken for a duplicate.</summary>
    BadSignature,

    /// <summary>The validator failed or did not answer in time. The id is not remembered: the message may come again.</summary>
    Failed,
}
