using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Storage;

namespace HyphaMarket.Node.Trading;

/// <summary>Statements out of the receipts that both parties signed.</summary>
public sealed class AccountService(History history, MarketDirectory markets) : IAccountService
{
    public Task<StatementView> GetStatementAsync(DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken)
    {
        var rows = history.ListStatement(from?.ToUnixTimeMilliseconds(), to?.ToUnixTimeMilliseconds(), History.MostRows);
        var lines = rows.Select(row => new StatementLineView
        {
            Lease = row.Lease.Id,
            Profile = MarketId.TryParse(row.Lease.Market, out var market) ? markets.NameOf(market) : null,
            Role = row.Lease.Role,
            Counterparty = row.Lease.Counterparty,
            State = row.Lease.State,
            StartsAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Lease.StartMs),
            EndsAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Lease.EndMs),
            Quantity = row.Lease.Quantity,
            PriceMicros = row.Lease.PriceMicros,
            Minutes = row.Minutes,
            AmountMicros = row.Lease.Role == "seller" ? row.Micros : -row.Micros,
        }).ToArray();
        return Task.FromResult(new StatementView
        {
            From = from,
            To = to,
            Lines = lines,
            Cut = lines.Length == History.MostRows,
            EarnedMicros = lines.Where(line => line.AmountMicros > 0).Sum(line => line.AmountMicros),
            SpentMicros = -lines.Where(line => line.AmountMicros < 0).Sum(line => line.AmountMicros),
        });
    }
}
