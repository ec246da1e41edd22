namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>How one topic's messages are signed, named and judged.</summary>
public sealed record TopicOptions
{
    /// <summary>Signed messages, named by author and sequence number, without a validator of their own.</summary>
    public static TopicOptions Default { get; } = new();

    public SignaturePolicy SignaturePolicy { get; init; } = SignaturePolicy.StrictSign;

    /// <summary>Names a message; null takes the policy's default. It must be pure, fast and must not throw: it runs in the router's loop.</summary>
    public Func<PubsubMessage, MessageId>? MessageId { get; init; }

    /// <summary>Judges messages from others after their signature was verified; null accepts all.</summary>
    public MessageValidator? Validator { get; init; }

    /// <summary>Whether something must be asked before a message may be accepted.</summary>
    internal bool NeedsValidation => SignaturePolicy == SignaturePolicy.StrictSign || Validator is not null;

    internal MessageId IdOf(PubsubMessage message)
    {
        if (MessageId is not null) return MessageId(message);
        return SignaturePolicy == SignaturePolicy.StrictSign ? MessageIds.AuthorAndSequence(message) : MessageIds.TopicAndContent(message);
    }
}
