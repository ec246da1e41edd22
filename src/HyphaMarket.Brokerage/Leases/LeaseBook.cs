using Google.Protobuf;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Leases;

/// <summary>The leases of this node in both roles: renewed, receipted and ended between the two parties, without brokers.</summary>
/// <remarks>Whatever this node signs is journaled first where it binds: halves of renewals, co-signed renewals and receipts, ends.</remarks>
public sealed partial class LeaseBook
{
    private readonly SettlementRuntime _runtime;
    private readonly LeaseOptions _options;
    private readonly ILeasePolicy _policy;
    private readonly SortedDictionary<RecordId, Lease> _leases = [];
    private readonly SortedDictionary<(LeaseRole Role, Hash256 Match), Lease> _byMatch = [];
    private readonly Queue<RecordId> _closed = new();
    private readonly TimerSet<RecordId> _timers = new();
    private readonly Dictionary<MarketId, Int128> _closedCosts = [];
    private Int128 _closedCost;

    internal LeaseBook(SettlementRuntime runtime, LeaseOptions options, ILeasePolicy policy) => (_runtime, _options, _policy) = (runtime, options, policy);

    /// <summary>Whether units and budget allow a later end; the owner ledger and the budget answer.</summary>
    internal Func<Instant, Lease, Instant, bool> MayExtend { private get; set; } = (_, _, _) => true;

    /// <summary>All leases remembered, by id: running ones and the latest closed ones.</summary>
    public IReadOnlyCollection<Lease> Leases => _leases.Values;

    /// <summary>Balances by counterparty.</summary>
    public AccountBook Accounts { get; } = new();

    public Instant? NextTimer => _timers.Next;

    public Lease? Find(RecordId id) => _leases.GetValueOrDefault(id);

    /// <summary>The leases that run at that moment.</summary>
    public IEnumerable<Lease> Active(Instant now) => _leases.Values.Where(lease => lease.IsActive(now));

    /// <summary>What this node's purchases by lease cost at most; micro-credits.</summary>
    public Int128 BuyerCommitment => _leases.Values.Where(lease => lease is { Role: LeaseRole.Buyer, IsClosed: false }).Aggregate(_closedCost, (sum, lease) => sum + lease.BuyerCost);

    /// <summary>The part of <see cref="BuyerCommitment"/> that is of one market.</summary>
    internal Int128 BuyerCommitmentIn(MarketId market) => _leases.Values
        .Where(lease => lease is { Role: LeaseRole.Buyer, IsClosed: false } && lease.Match.Market == market)
        .Aggregate(_closedCosts.GetValueOrDefault(market), (sum, lease) => sum + lease.BuyerCost);

    /// <summary>Whether another lease may begin.</summary>
    internal bool HasRoom => _leases.Count - _closed.Count < _options.MaxActive;

    internal Lease? FindByMatch(Hash256 match, LeaseRole role) => _byMatch.GetValueOrDefault((role, match));

    /// <summary>The units that this node's leases take as seller: until the end to which it is bound.</summary>
    internal IEnumerable<CapacityUse> SoldUses(Instant now) => _leases.Values
        .Where(lease => lease.Role == LeaseRole.Seller && now < lease.CommittedEnd)
        .Select(lease => new CapacityUse(lease.Match.Market, lease.Match.Quantity, lease.Start, lease.CommittedEnd, lease.Id));

    /// <summary>Expires, renews, asks for receipts, asks again.</summary>
    public void OnTimer(Instant now)
    {
        now = _runtime.Clock.Advance(now);
        while (_timers.TryTakeDue(now, out var id)) Step(now, _leases[id]);
    }

    /// <summary>Gives notice: the lease ends a notice from now, unless it ends sooner anyway.</summary>
    /// <param name="reason">For the other party; at most <see cref="LeaseOptions.MaxReasonBytes"/> bytes of UTF-8.</param>
    /// <returns>Null when notice was given; else one of the <see cref="SettleRefusalCodes"/>.</returns>
    /// <exception cref="ArgumentException">The reason is too long.</exception>
    public string? End(Instant now, RecordId id, string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        now = _runtime.Clock.Advance(now);
        if (!_leases.TryGetValue(id, out var lease)) return SettleRefusalCodes.UnknownLease;
        if (_runtime.Outbox.IsFull) return SettleRefusalCodes.Busy;
        var at = now.PlusMs(_options.NoticeMs);
        if (at >= lease.EffectiveEnd) return SettleRefusalCodes.LeaseEnded;
        GiveNotice(now, lease, at, reason);
        return null;
    }

    private void Step(Instant now, Lease lease)
    {
        if (!lease.IsActive(now) && !lease.IsEndAnnounced)
        {
            lease.IsEndAnnounced = true;
            _runtime.Outbox.EmitAfter(lease.Entry, new SettlementEffect.Raise(new SettlementEvent.LeaseEnded(lease)));
        }

        ConsiderRenewal(now, lease);
        ConsiderReceipt(now, lease);
        ConsiderExchange(now, lease);
        foreach (var (kind, ask) in lease.Asks.ToArray()) StepAsk(now, lease, kind, ask);
        if (IsSettledUp(now, lease)) Close(lease);
        else Schedule(now, lease);
    }

    private void StepAsk(Instant now, Lease lease, LeaseAskKind kind, PendingAsk ask)
    {
        if (now >= ask.GiveUpAt) lease.DropAsk(kind);
        else if (now >= ask.NextAt) SendOrPause(now, lease, kind, ask);
    }

    /// <summary>A try that waited in vain is followed by a pause, a pause by a try.</summary>
    private void SendOrPause(Instant now, Lease lease, LeaseAskKind kind, PendingAsk ask)
    {
        if (ask.IsAwaiting) lease.SetAsk(kind, Paused(now, ask));
        else Send(now, lease, kind, ask);
    }

    private PendingAsk Paused(Instant now, PendingAsk ask) =>
        ask with { IsAwaiting = false, Failures = ask.Failures + 1, NextAt = now.PlusMs(_runtime.Options.BackoffMs(ask.Failures + 1)) };

    private void Send(Instant now, Lease lease, LeaseAskKind kind, PendingAsk ask)
    {
        ask = ask with { Attempt = ask.Attempt + 1, IsAwaiting = true, NextAt = now.PlusMs(_runtime.Options.ReplyTimeoutMs) };
        lease.SetAsk(kind, ask);
        var request = new LeaseRequest { Network = ByteString.CopyFrom(_runtime.Keys.Network.Value.ToArray()), Lease = ByteString.CopyFrom(lease.Id.Value.ToArray()) };
        if (kind == LeaseAskKind.Renewal) request.Renew = ask.Record;
        else if (kind == LeaseAskKind.Receipt) request.Usage = ask.Record;
        else if (kind == LeaseAskKind.End) request.End = ask.Record;
        else request.Records = RecordsOf(lease);
        _runtime.Outbox.EmitAfter(ask.Entry, new SettlementEffect.AskCounterparty(new LeaseAsk(lease.Id, kind, ask.Attempt), lease.Counterparty, lease.CounterpartyAddresses, request));
    }

    private bool IsSettledUp(Instant now, Lease lease) =>
        now >= ReleasedAt(lease) && (now >= ClosingAt(lease) || (lease.Minutes == lease.MinutesAt(now) && lease.Asks.Count == 0));

    /// <summary>When nothing binds any more: a seller's half of a renewal does, even when the buyer never answered.</summary>
    private static Instant ReleasedAt(Lease lease) => lease.Role == LeaseRole.Seller && lease.CommittedEnd > lease.EffectiveEnd ? lease.CommittedEnd : lease.EffectiveEnd;

    private Instant ClosingAt(Lease lease)
    {
        var released = ReleasedAt(lease);
        var closing = lease.EffectiveEnd.PlusMs(_options.ClosingMs);
        return released > closing ? released : closing;
    }

    private void Close(Lease lease)
    {
        _timers.Remove(lease.Id);
        if (lease.IsClosed) return;
        lease.IsClosed = true;
        if (lease.Role == LeaseRole.Buyer)
        {
            _closedCost += lease.BuyerCost;
            _closedCosts[lease.Match.Market] = _closedCosts.GetValueOrDefault(lease.Match.Market) + lease.BuyerCost;
        }

        foreach (var kind in lease.Asks.Keys.ToArray()) lease.DropAsk(kind);

        _closed.Enqueue(lease.Id);
        if (_closed.Count <= _options.MaxClosed) return;
        var oldest = _leases[_closed.Dequeue()];
        _leases.Remove(oldest.Id);
        _byMatch.Remove((oldest.Role, oldest.Match.Match));
    }

    private void Schedule(Instant now, Lease lease)
    {
        if (lease.IsClosed) return;
        var next = lease.EffectiveEnd;
        if (!lease.IsActive(now)) next = now < ReleasedAt(lease) ? ReleasedAt(lease) : ClosingAt(lease);
        else if (!lease.IsRenewalConsidered && lease.RenewalAt < next) next = lease.RenewalAt;
        if (lease is { Role: LeaseRole.Seller } && lease.IsActive(now) && !lease.Asks.ContainsKey(LeaseAskKind.Receipt) && lease.NextReceiptAt < next) next = lease.NextReceiptAt;
        if (lease.Role == LeaseRole.Buyer && lease.IsActive(now) && !lease.Asks.ContainsKey(LeaseAskKind.Exchange) && lease.NextExchangeAt < next) next = lease.NextExchangeAt;
        foreach (var ask in lease.Asks.Values)
        {
            if (ask.NextAt < next) next = ask.NextAt;
            if (ask.GiveUpAt < next) next = ask.GiveUpAt;
        }

        // A moment that is already past is stepped at the next turn of the driver's loop.
        _timers.Set(lease.Id, next);
    }

    /// <summary>The renewal and the receipt ask both for a signature over one body; this node's half goes out alone.</summary>
    private Record HalfSigned(Lease lease, RecordKind kind, ByteString body)
    {
        var signature = ByteString.CopyFrom(_runtime.Keys.Signer.Sign(SignedRecords.SigningBytes(_runtime.Keys.Network, kind, body.Span)));
        var both = lease.Role == LeaseRole.Buyer ? new CoSignatures { Buyer = signature } : new CoSignatures { Seller = signature };
        return new Record { Kind = kind, Body = body, Both = both };
    }

    /// <summary>The same body with the other side's half and this node's own.</summary>
    private Record CoSigned(Lease lease, Record half)
    {
        var mine = HalfSigned(lease, half.Kind, half.Body).Both;
        var both = lease.Role == LeaseRole.Buyer
            ? new CoSignatures { Buyer = mine.Buyer, Seller = half.Both.Seller }
            : new CoSignatures { Buyer = half.Both.Buyer, Seller = mine.Seller };
        return new Record { Kind = half.Kind, Body = half.Body, Both = both };
    }

    /// <summary>Whether the other party's half is there and valid.</summary>
    private bool HasTheirHalf(Lease lease, Record? record, RecordKind kind)
    {
        if (record is null || record.Kind != kind || record.AuthorisationCase != Record.AuthorisationOneofCase.Both) return false;
        var half = lease.Role == LeaseRole.Buyer ? record.Both.Seller : record.Both.Buyer;
        return half.Length == SignedRecords.SignatureSize
            && _runtime.Keys.Verifier.Verify(lease.Counterparty, SignedRecords.SigningBytes(_runtime.Keys.Network, kind, record.Body.Span), half.Span);
    }
}
