namespace HyphaMarket.Libp2p.Gossipsub.Signing;

/// <summary>Whether a message has the fields that its topic's policy demands, and none that it forbids. Costs no cryptography.</summary>
internal static class MessageForm
{
    /// <summary>pubsub/README.md: "The seqno field is a 64-bit big-endian uint".</summary>
    public const int SequenceNumberBytes = 8;

    public static bool Obeys(PubsubMessage message, SignaturePolicy policy) => policy switch
    {
        SignaturePolicy.StrictSign =>
            message.SequenceNumber is { Length: SequenceNumberBytes } && message.Signature is { Length: > 0 } && !message.Author.IsDefault,
        // Anything beside the content would let one content have many forms.
        SignaturePolicy.StrictNoSign =>
            message.From is null && message.SequenceNumber is null && message.Signature is null && message.Key is null,
        _ => false,
    };
}
