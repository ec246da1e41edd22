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

    /// <summary>Most messages of this topic under validation at once, so that one topic's slow validator leaves room for the others; a further one is ignored, which is counted, and may come again.</summary>
    public int MaxPendingValidations { get; init; } = 1024;

    /// <exception cref="ArgumentException">A bound or the policy is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingValidations, 1);
        if (!Enum.IsDefined(SignaturePolicy)) throw new ArgumentException($"{SignaturePolicy} is no signature policy.");
    }

    /// <summary>Whether a message's id proves its content, so that no forger can take another message's id.</summary>
    internal bool IdCoversContent => MessageId is null
        ? SignaturePolicy == SignaturePolicy.StrictNoSign
        : MessageId == MessageIds.TopicAndContent || MessageId == MessageIds.Content;

    /// <summary>Whether something must be asked before a message may be accepted.</summary>
    internal bool NeedsValidation => SignaturePolicy == SignaturePolicy.StrictSign || Validator is not null;

    internal MessageId IdOf(PubsubMessage message)
    {
        if (MessageId is not null) return MessageId(message);
        return SignaturePolicy == SignaturePolicy.StrictSign ? MessageIds.AuthorAndSequence(message) : MessageIds.TopicAndContent(message);
    }
}
