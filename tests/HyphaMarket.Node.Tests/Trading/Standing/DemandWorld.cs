using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Trading.Standing;
using HyphaMarket.Wire;

namespace HyphaMarket.Node.Tests.Trading.Standing;

/// <summary>A naive market around a standing demand: everything that can become of bids and leases does, by chance. A minute a step.</summary>
internal sealed class DemandWorld(int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<StandingOrder> _bids = [];
    private readonly List<Deal> _deals = [];
    private DemandOptions _demand = new() { Profile = "discovery-alpha", Leases = 4, PriceMicros = 100, BudgetMicros = 60_000, Term = TimeSpan.FromMinutes(10) };
    private long _spent;
    private int _now;
    private int _made;
    private int _lost;

    public long BudgetMicros => _demand.BudgetMicros;

    /// <summary>Ended leases at what was used, the rest at their full term.</summary>
    public Int128 CommittedMicros => _spent + _deals.Sum(deal => deal.Price * deal.Units * (deal.Ends - deal.Begins));

    public Int128 OpenBidsMicros => _bids.Sum(bid => bid.PriceMicros * bid.Remaining * bid.TermMinutes);

    /// <summary>Units held if every bid filled now, without leases that are known to be lost.</summary>
    public int WorstUnits => _bids.Sum(bid => bid.Remaining) + _deals.Where(deal => deal is { IsLost: false, IsEnding: false }).Sum(deal => deal.Units);

    /// <summary>The largest demand of any bid or lease still there: less demand ends no lease.</summary>
    public int MostUnits { get; private set; } = 4;

    /// <summary>Leases that began after one was lost.</summary>
    public int Replaced { get; private set; }

    public void Step()
    {
        _now++;
        if (_random.Next(60) == 0) Redemand();
        foreach (var bid in _bids.Where(_ => _random.Next(3) == 0).ToArray()) Fill(bid);
        _bids.RemoveAll(bid => bid.Ends.UnixMs <= _now);
        foreach (var deal in _deals.ToArray()) Live(deal);
        for (var round = 0; round < 3; round++)
        {
            foreach (var action in StandingDemand.Decide(_demand, View()).Actions) CarryOut(action);
        }
    }

    private DemandView View() => new(
        [.. _bids.AsEnumerable().Reverse()],
        [.. _deals.Where(deal => deal.IsLease).Select(deal => new StandingLease(deal.Id, deal.Units, deal.IsEnding, deal.IsLost ? StandingDemand.LostAfterMinutes + 1 : 0, true))],
        _deals.Where(deal => !deal.IsLease).Sum(deal => deal.Units),
        _demand.BudgetMicros - CommittedMicros);

    private void Redemand()
    {
        var units = _random.Next(0, 6);
        // Money is only added: what is committed stays when a budget is lowered.
        _demand = _demand with { Leases = units, PriceMicros = _random.Next(50, 150), BudgetMicros = _demand.BudgetMicros + _random.Next(100_000) };
        MostUnits = Math.Max(MostUnits, units);
    }

    private void Fill(StandingOrder bid)
    {
        var units = _random.Next(1, bid.Remaining + 1);
        _deals.Add(new Deal { Id = new RecordId(NextHash()), Units = units, Price = bid.PriceMicros, Begins = _now, Ends = _now + bid.TermMinutes, Term = bid.TermMinutes });
        _bids.Remove(bid);
        if (units < bid.Remaining) _bids.Add(bid with { Remaining = bid.Remaining - units });
        if (_lost == 0) return;
        _lost--;
        Replaced++;
    }

    private void Live(Deal deal)
    {
        if (!deal.IsLease)
        {
            // A claim that fails gives its units back.
            if (_random.Next(5) == 0) _deals.Remove(deal);
            else deal.IsLease = true;
            return;
        }

        if (_now >= deal.Ends)
        {
            _spent += deal.Price * deal.Units * (deal.Ends - deal.Begins);
            _deals.Remove(deal);
            return;
        }

        var cost = deal.Price * deal.Units * deal.Term;
        var isFirst = _deals.TakeWhile(other => other != deal).Where(other => other is { IsLease: true, IsEnding: false }).Sum(other => other.Units);
        if (!deal.IsEnding && deal.Ends - _now == 3 && StandingDemand.WantsRenewal(_demand, deal.Price, isFirst) && CommittedMicros + OpenBidsMicros + cost <= _demand.BudgetMicros) deal.Ends += deal.Term;
        if (_random.Next(40) != 0 || deal.IsLost || deal.IsEnding) return;
        _lost++;
        if (_random.Next(2) == 0) deal.IsLost = true;
        else (deal.IsEnding, deal.Ends) = (true, Math.Min(deal.Ends, _now + 1));
    }

    private void CarryOut(StandingAction action)
    {
        switch (action)
        {
            case StandingAction.Place place:
                _bids.Add(new StandingOrder(new OfferId(NextHash()), place.Quantity, place.PriceMicros, place.TermMinutes, new Instant(_now + 10), true, true));
                break;
            case StandingAction.Withdraw withdraw:
                _bids.RemoveAll(bid => bid.Id == withdraw.Order);
                break;
            case StandingAction.EndLease end:
                var deal = _deals.Single(one => one.Id == end.Lease);
                (deal.IsEnding, deal.Ends) = (true, Math.Min(deal.Ends, _now + 1));
                break;
            default:
                throw new InvalidOperationException($"There is no such action: {action}.");
        }
    }

    private Hash256 NextHash() => Hash256.Of(BitConverter.GetBytes(++_made));

    private sealed class Deal
    {
        public required RecordId Id { get; init; }
        public required int Units { get; init; }
        public required long Price { get; init; }
        public required int Begins { get; init; }
        public required int Term { get; init; }
        public int Ends { get; set; }
        public bool IsLease { get; set; }
        public bool IsEnding { get; set; }
        public bool IsLost { get; set; }
    }
}
