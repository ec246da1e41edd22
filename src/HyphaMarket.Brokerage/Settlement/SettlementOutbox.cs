using HyphaMarket.Brokerage.Journal;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>Effects in order, those that depend on the disk held back until their journal entry is on it.</summary>
/// <remarks>
/// State in memory runs ahead of the disk, but nothing leaves before what it rests on is durable; and entries are written in order, so whatever prefix
/// survives a crash is a state that the core was in.
/// </remarks>
internal sealed class SettlementOutbox(int maxWaiting)
{
    private readonly Queue<SettlementEffect> _ready = new();
    private readonly Queue<(long Number, SettlementEffect Effect)> _waiting = new();
    private long _appended;
    private long _durable;

    /// <summary>No more requests are taken: the disk is behind, or failed.</summary>
    public bool IsFull => IsHalted || _waiting.Count >= maxWaiting;

    /// <summary>The journal failed: the state in memory is not to be trusted, and nothing more leaves.</summary>
    public bool IsHalted { get; private set; }

    /// <summary>Emits the entry; the rest follows once it is durable. Returns the entry's number.</summary>
    public long Append(JournalEntry entry, params ReadOnlySpan<SettlementEffect> then)
    {
        var number = ++_appended;
        if (IsHalted) return number;
        _ready.Enqueue(new SettlementEffect.Append(number, entry));
        foreach (var effect in then) _waiting.Enqueue((number, effect));
        return number;
    }

    /// <summary>Emits something that rests on no entry.</summary>
    public void Emit(SettlementEffect effect)
    {
        if (!IsHalted) _ready.Enqueue(effect);
    }

    /// <summary>Emits something that rests on that entry: at once when it is durable, else later.</summary>
    public void EmitAfter(long number, SettlementEffect effect)
    {
        if (number <= _durable) Emit(effect);
        else if (!IsHalted) Hold(number, effect);
    }

    /// <summary>The entries up to this number are on disk.</summary>
    public void OnDurable(long number)
    {
        if (number > _appended) throw new ArgumentOutOfRangeException(nameof(number), number, "No such entry was appended.");
        _durable = Math.Max(_durable, number);
        while (!IsHalted && _waiting.TryPeek(out var next) && next.Number <= _durable) _ready.Enqueue(_waiting.Dequeue().Effect);
    }

    /// <summary>An entry could not be written: everything held back is dropped, for it would promise what the disk does not hold.</summary>
    public void Halt()
    {
        IsHalted = true;
        _ready.Clear();
        _waiting.Clear();
    }

    public bool TryTake(out SettlementEffect? effect) => _ready.TryDequeue(out effect);

    private void Hold(long number, SettlementEffect effect)
    {
        // Waiting effects stay in the order of their entries; one that rests on an older entry goes in before those of later ones.
        var later = new List<(long, SettlementEffect)>();
        if (_waiting.Count > 0 && _waiting.Any(item => item.Number > number))
        {
            var all = _waiting.ToArray();
            _waiting.Clear();
            foreach (var item in all)
            {
                if (item.Number <= number) _waiting.Enqueue(item);
                else later.Add(item);
            }
        }

        _waiting.Enqueue((number, effect));
        foreach (var item in later) _waiting.Enqueue(item);
    }
}
