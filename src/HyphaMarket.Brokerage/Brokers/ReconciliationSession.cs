using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>One exchange with a fellow broker that makes my replica hold what its replica holds, as the side that asked for it.</summary>
/// <param name="slot">Both compare their replicas at this slot.</param>
/// <param name="mostWanted">Ids that the other may name in all; what it names beyond them is left to the next session.</param>
/// <param name="mostFetches">Fetches that it may take to deliver them.</param>
internal sealed class ReconciliationSession(ParticipantId peer, Slot slot, int mostWanted, int mostFetches)
{
    private readonly Queue<RecordId> _wanted = [];
    private readonly HashSet<RecordId> _known = [];
    private int _fetches;

    public ParticipantId Peer { get; } = peer;
    public Slot Slot { get; } = slot;

    /// <summary>Requests with ranges so far.</summary>
    public int Rounds { get; set; }

    /// <summary>A request with ranges is under way.</summary>
    public bool IsComparing { get; set; }

    /// <summary>A fetch is under way.</summary>
    public bool IsFetching { get; set; }

    /// <summary>Something was left out, refused or unanswered: the replicas are not known to be equal after this.</summary>
    public bool IsPartial { get; set; }

    /// <summary>Ids named so far.</summary>
    public int Named => _known.Count;

    public bool IsOver => !IsComparing && !IsFetching && _wanted.Count == 0;

    /// <summary>Notes ids that the other has and I lack; each is wanted once.</summary>
    public void Want(IEnumerable<RecordId> ids)
    {
        foreach (var id in ids)
        {
            if (_known.Count < mostWanted && _known.Add(id)) _wanted.Enqueue(id);
            else IsPartial |= !_known.Contains(id);
        }
    }

    /// <summary>The next ids to fetch.</summary>
    public IReadOnlyList<RecordId> TakeWanted(int most)
    {
        var ids = new List<RecordId>(Math.Min(most, _wanted.Count));
        while (ids.Count < most && _wanted.TryDequeue(out var id)) ids.Add(id);
        return ids;
    }

    /// <summary>
    /// The answer to a fetch held these of the ids asked for: the rest is asked for again. Where nothing of them came, or it takes too long, the other
    /// does not have what it named.
    /// </summary>
    public void OnFetched(IReadOnlyList<RecordId> asked, IReadOnlySet<RecordId> came)
    {
        IsFetching = false;
        var missing = asked.Where(id => !came.Contains(id)).ToArray();
        if (missing.Length == asked.Count || ++_fetches >= mostFetches) Abandon();
        else foreach (var id in missing) _wanted.Enqueue(id);
    }

    /// <summary>Nothing more is wanted of it.</summary>
    public void Abandon()
    {
        IsPartial = true;
        _wanted.Clear();
    }
}
