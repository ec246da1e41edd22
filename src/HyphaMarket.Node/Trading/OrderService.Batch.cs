using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Networking;

namespace HyphaMarket.Node.Trading;

// Several orders at once, which the trader signs together.
public sealed partial class OrderService
{
    public async Task<IReadOnlyList<OrderPlacement>> CreateManyAsync(IReadOnlyList<OrderRequest> requests, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        if (drain.IsDraining) throw Draining();
        var placements = new OrderPlacement[requests.Count];
        var terms = new List<(int Index, OrderTerms Terms)>(requests.Count);
        for (var i = 0; i < requests.Count; i++)
        {
            try
            {
                terms.Add((i, TermsOf(requests[i])));
            }
            catch (ApiException e)
            {
                placements[i] = new OrderPlacement { Number = i + 1, Error = e.Error };
            }
        }

        foreach (var market in terms.Select(one => one.Terms.Market).Distinct().ToArray())
        {
            if (await surroundings.Brokers.WaitAsync(market, cancellationToken) is { } config) await trader.Room.KnowAsync(config);
            else FailAll(market, MarketService.NoBrokers(surroundings.NameOf(market)).Error);
        }

        var made = await trader.Room.CreateManyAsync([.. terms.Select(one => one.Terms)], cancellationToken);
        try
        {
            await Task.WhenAll(made.Select(one => one.Submitted)).WaitAsync(SubmitWait, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Those that have too few receipts stay on their way; their views say so.
        }

        for (var i = 0; i < made.Length; i++) placements[terms[i].Index] = await PlacementAsync(terms[i].Index + 1, made[i].Outcome, cancellationToken);
        return placements;

        void FailAll(MarketId market, ApiError error)
        {
            foreach (var (index, _) in terms.Where(one => one.Terms.Market == market)) placements[index] = new OrderPlacement { Number = index + 1, Error = error };
            terms.RemoveAll(one => one.Terms.Market == market);
        }
    }

    private async Task<OrderPlacement> PlacementAsync(int number, OrderOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome.Order is not { } order) return new OrderPlacement { Number = number, Error = Refuse(outcome.Verdict.Reason, outcome.Verdict.Detail).Error };
        var view = await ViewAsync(order.Offer.Id, cancellationToken);
        return new OrderPlacement { Number = number, Order = view, Error = view.State == Api.Contracts.OrderState.Refused ? RefusedByBrokers(view).Error : null };
    }
}
