using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;

namespace HyphaMarket.Node.Trading.Checking;

/// <summary>How often a lease's buyer is answered, and which answers are worth a line of the log: a buyer that asks without end costs next to nothing.</summary>
/// <remarks>Thread-safe. Only buyers of running leases come to be here, so that it is as long as the leases that were asked under within the pause, or of late.</remarks>
internal sealed class AnswerPace(CheckOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RecordId, Answered> _answered = [];

    /// <summary>Whether the asker was answered just now. Costs a look-up and nothing else, so that it comes before all other judgements; of a lease of others it tells nothing.</summary>
    public bool IsEarly(RecordId lease, ParticipantId from)
    {
        lock (_gate) return _answered.TryGetValue(lease, out var last) && last.Buyer == from && IsEarly(last);
    }

    /// <summary>Takes the turn of an asker that may ask; false where another question of the same lease took it meanwhile.</summary>
    public bool TryTake(RecordId lease, ParticipantId buyer)
    {
        lock (_gate)
        {
            var known = _answered.TryGetValue(lease, out var last);
            if (known && IsEarly(last)) return false;
            if (!known && _answered.Count >= options.MaxPaced) Forget();
            _answered[lease] = new Answered(buyer, time.GetTimestamp(), last.Look);
            return true;
        }
    }

    /// <summary>Whether this is the first answer under the lease from this look at the machine.</summary>
    public bool IsNews(RecordId lease, Instant look)
    {
        lock (_gate)
        {
            if (!_answered.TryGetValue(lease, out var last) || last.Look == look) return false;
            _answered[lease] = last with { Look = look };
            return true;
        }
    }

    private bool IsEarly(Answered last) => time.GetElapsedTime(last.At) < options.AnswerEvery;

    /// <summary>Those that may ask again anyway; at worst one of them has a line more in the log.</summary>
    private void Forget()
    {
        foreach (var (lease, last) in _answered.ToList())
        {
            if (!IsEarly(last)) _answered.Remove(lease);
        }
    }

    private readonly record struct Answered(ParticipantId Buyer, long At, Instant Look);
}
