namespace HyphaMarket.Libp2p.Gossipsub.Wire;

/// <summary>One frame between two peers: any mixture of subscriptions, messages and control.</summary>
internal sealed class Rpc
{
    public IReadOnlyList<SubscriptionChange> Subscriptions { get; init; } = [];
    public IReadOnlyList<PubsubMessage> Messages { get; init; } = [];
    public IReadOnlyList<IHave> IHave { get; init; } = [];

    /// <summary>The ids of all IWANTs, joined: they carry nothing but ids.</summary>
    public IReadOnlyList<MessageId> IWant { get; init; } = [];

    /// <summary>Topics grafted.</summary>
    public IReadOnlyList<string> Graft { get; init; } = [];

    public IReadOnlyList<Prune> Prune { get; init; } = [];

    /// <summary>The ids of all IDONTWANTs (v1.2), joined.</summary>
    public IReadOnlyList<MessageId> IDontWant { get; init; } = [];

    /// <summary>Received messages that could not be read or name no valid topic; they are not among <see cref="Messages"/>.</summary>
    public int MalformedMessages { get; init; }

    internal bool HasControl => IHave.Count + IWant.Count + Graft.Count + Prune.Count + IDontWant.Count > 0;
}
