using HyphaMarket.Market.Ids;

namespace HyphaMarket.Brokerage.Leases;

/// <summary>Balances by counterparty: the sums of the postings. Between honest nodes balance(A, B) = -balance(B, A) once both hold the same receipts.</summary>
public sealed class AccountBook
{
    private readonly SortedDictionary<ParticipantId, Int128> _balances = [];

    /// <summary>Every counterparty with whom a receipt was signed, and micro-credits got (positive) or paid (negative) in all.</summary>
    public IReadOnlyDictionary<ParticipantId, Int128> Balances => _balances;

    public Int128 BalanceWith(ParticipantId counterparty) => _balances.GetValueOrDefault(counterparty);

    internal void Post(Posting posting) => _balances[posting.Counterparty] = BalanceWith(posting.Counterparty) + posting.Micros;
}
