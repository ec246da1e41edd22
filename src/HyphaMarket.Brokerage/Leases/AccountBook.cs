using HyphaMarket.Market.Ids;

namespace HyphaMarket.Brokerage.Leases;

/// <summary>Balances by counterparty: the sums of the postings. Between honest nodes balance(A, B) = -balance(B, A) once both hold the same receipts.</summary>
public sealed class AccountBook
{
    private readonly SortedDictionary<ParticipantId, Int128> _balances = [];
    private Int128 _posted;

    /// <summary>Every counterparty with whom a receipt was signed, and micro-credits got (positive) or paid (negative) in all.</summary>
    public IReadOnlyDictionary<ParticipantId, Int128> Balances => _balances;

    public Int128 BalanceWith(ParticipantId counterparty) => _balances.GetValueOrDefault(counterparty);

    /// <summary>The sum of the balances less the sum of all postings: always 0, or this book is wrong.</summary>
    public Int128 Imbalance => _balances.Values.Aggregate(Int128.Zero, (sum, balance) => sum + balance) - _posted;

    internal void Post(Posting posting)
    {
        _balances[posting.Counterparty] = BalanceWith(posting.Counterparty) + posting.Micros;
        _posted += posting.Micros;
    }
}
