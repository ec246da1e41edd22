using HyphaMarket.Libp2p.Gossipsub.Wire;

namespace HyphaMarket.Libp2p.Gossipsub.Driver;

/// <summary>Joins RPCs into one (v1.0, "Control Message Piggybacking"), keeping the order within each kind of entry.</summary>
internal sealed class FrameBuilder
{
    private readonly List<SubscriptionChange> _subscriptions = [];
    private readonly List<PubsubMessage> _messages = [];
    private readonly List<IHave> _ihave = [];
    private readonly List<MessageId> _iwant = [];
    private readonly List<MessageId> _idontwant = [];

    /// <summary>For each topic its last change: null for a GRAFT.</summary>
    private readonly Dictionary<string, Prune?> _meshChanges = [];

    public int MessageCount => _messages.Count;

    public void Add(Rpc part)
    {
        _subscriptions.AddRange(part.Subscriptions);
        _messages.AddRange(part.Messages);
        _ihave.AddRange(part.IHave);
        _iwant.AddRange(part.IWant);
        _idontwant.AddRange(part.IDontWant);
        // A frame's GRAFTs are read before its PRUNEs, whatever order they were queued in; so of several changes to one topic only the last one,
        // which says how things stand, may go into it.
        foreach (var topic in part.Graft) _meshChanges[topic] = null;
        foreach (var prune in part.Prune) _meshChanges[prune.Topic] = prune;
    }

    public Rpc Build() => new()
    {
        Subscriptions = _subscriptions,
        Messages = _messages,
        IHave = _ihave,
        IWant = _iwant,
        IDontWant = _idontwant,
        Graft = [.. _meshChanges.Where(change => change.Value is null).Select(change => change.Key)],
        Prune = [.. _meshChanges.Values.OfType<Prune>()],
    };
}
