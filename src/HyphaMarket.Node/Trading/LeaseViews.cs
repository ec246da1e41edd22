using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Storage;

namespace HyphaMarket.Node.Trading;

/// <summary>Leases as the API and the history show them.</summary>
internal static class LeaseViews
{
    public static string RoleOf(Lease lease) => lease.Role == LeaseRole.Buyer ? "buyer" : "seller";

    public static string StateOf(Lease lease, Instant now) => lease.IsActive(now) ? "active" : "ended";

    public static LeaseView ViewOf(Lease lease, Instant now, string? profile) => new()
    {
        Id = lease.Id.ToString(),
        Match = lease.Match.Match.ToString(),
        Market = lease.Match.Market.ToString(),
        Profile = profile,
        Role = RoleOf(lease),
        Counterparty = lease.Counterparty.ToText(),
        Quantity = lease.Match.Quantity,
        PriceMicros = lease.Match.Terms.BuyPriceMicros,
        State = StateOf(lease, now),
        StartsAt = DateTimeOffset.FromUnixTimeMilliseconds(lease.Start.UnixMs),
        EndsAt = DateTimeOffset.FromUnixTimeMilliseconds(lease.EffectiveEnd.UnixMs),
        LongestEndsAt = DateTimeOffset.FromUnixTimeMilliseconds(lease.LongestEnd.UnixMs),
        Minutes = lease.Minutes,
        TotalMicros = lease.Micros,
    };

    public static LeaseRow RowOf(Lease lease, Instant now) => new()
    {
        Id = lease.Id.ToString(),
        Trade = lease.Match.Match.ToString(),
        Market = lease.Match.Market.ToString(),
        Role = RoleOf(lease),
        Counterparty = lease.Counterparty.ToText(),
        Quantity = lease.Match.Quantity,
        PriceMicros = lease.Match.Terms.BuyPriceMicros,
        StartMs = lease.Start.UnixMs,
        EndMs = lease.EffectiveEnd.UnixMs,
        LongestEndMs = lease.LongestEnd.UnixMs,
        State = StateOf(lease, now),
        Minutes = lease.Minutes,
        Micros = lease.Micros,
    };
}
