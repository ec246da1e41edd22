namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>What a topic demands of the authorship of its messages. Source: libp2p/specs pubsub/README.md, "Message Signing".</summary>
public enum SignaturePolicy
{
    /// <summary>Author, sequence number and a valid signature must be present.</summary>
    StrictSign,

    /// <summary>Author, sequence number, signature and key must be absent: the content speaks for itself.</summary>
    StrictNoSign,
}
