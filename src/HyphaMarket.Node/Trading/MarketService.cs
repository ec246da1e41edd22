using System.Runtime.CompilerServices;
using Google.Protobuf;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Brokering;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Trading;

/// <summary>Markets as their brokers show them, for the local API.</summary>
public sealed partial class MarketService(TraderSurroundings surroundings, TraderService trader, MachineUnits units, BrokerService? brokering = null) : IMarketService
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<MarketView>> ListAsync(CancellationToken cancellationToken)
    {
        var open = await trader.Room.ReadAsync((orders, _) => orders.Orders.Where(order => !order.IsOver).GroupBy(order => order.Offer.Market).ToDictionary(group => group.Key, group => group.Count()), cancellationToken);
        return [.. surroundings.Markets.Markets.Select(market =>
        {
            var config = surroundings.Brokers.Known(market) ?? brokering?.Find(market)?.Status.Config;
            var roles = new List<string>();
            if (brokering?.Find(market)?.Status.Config is not null) roles.Add("broker");
            if (units.Units.ContainsKey(market)) roles.Add("worker");
            return new MarketView
            {
                Market = market.ToString(),
                Profile = surroundings.NameOf(market),
                Roles = roles,
                Brokers = config?.Members.Count ?? 0,
                Quorum = config?.Quorum.Votes ?? 0,
                Epoch = config?.Epoch ?? 0,
                OpenOrders = open.GetValueOrDefault(market),
            };
        }).OrderBy(view => view.Profile, StringComparer.Ordinal)];
    }

    public async Task<QuoteView> QuoteAsync(string market, int levels, CancellationToken cancellationToken)
    {
        var id = Find(market);
        return await AskAsync(id, await BrokersOfAsync(id, cancellationToken), levels, cancellationToken);
    }

    public async IAsyncEnumerable<QuoteView> WatchAsync(string market, int levels, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var id = Find(market);
        while (true)
        {
            yield return await AskAsync(id, await BrokersOfAsync(id, cancellationToken), levels, cancellationToken);
            await Task.Delay(TimeSpan.FromMilliseconds(2 * surroundings.Schedule.LengthMs), surroundings.Network.Host.Time, cancellationToken);
        }
    }

    public async Task<BrokerSetView> GetBrokersAsync(string market, CancellationToken cancellationToken)
    {
        var id = Find(market);
        var config = await BrokersOfAsync(id, cancellationToken);
        return new BrokerSetView
        {
            Market = id.ToString(),
            Profile = surroundings.NameOf(id),
            Epoch = config.Epoch,
            Quorum = config.Quorum.Votes,
            Tolerated = config.Quorum.Faulty,
            FirstSlot = config.FirstSlot.Value,
            Kind = config.Kind.ToString().ToLowerInvariant(),
            SharedPrefixes = AddressPrefixes.Shared(config.Members),
            NextChange = brokering?.Find(id)?.Status.NextChange,
            Members = [.. config.Members.Select(member => new BrokerView
            {
                Peer = member.Peer.ToText(),
                Addresses = [.. member.Addresses.ToAddresses().Select(address => address.ToString())],
                Self = member.Peer == surroundings.Signer.Id,
                Connected = member.Peer.TryToPeer(out var peer) && surroundings.Network.Host.IsConnected(peer),
            })],
        };
    }

    private MarketId Find(string market) => surroundings.Markets.TryFind(market, out var id, out var problem)
        ? id
        : throw new ApiException(ApiFailure.NotFound, "unknown-profile", problem ?? $"There is no market \"{market}\".", CatalogueFiles.Hint);

    private async Task<EpochConfig> BrokersOfAsync(MarketId market, CancellationToken cancellationToken)
    {
        if (await surroundings.Brokers.WaitAsync(market, cancellationToken) is { } config) return config;
        throw NoBrokers(surroundings.NameOf(market));
    }

    internal static ApiException NoBrokers(string market) => new(
        ApiFailure.Unavailable, "no-brokers", $"No broker set of {market} is known yet.", "The nearest nodes form one when they are asked; try again in some seconds. See `hypha-market node status`.");

    /// <summary>Asks f + 1 brokers, and the others only where those do not answer; "the best certified answer counts".</summary>
    private async Task<QuoteView> AskAsync(MarketId market, EpochConfig config, int levels, CancellationToken cancellationToken)
    {
        var request = new QuoteRequest
        {
            Network = ByteString.CopyFrom(surroundings.NetworkId.Value.ToArray()),
            Market = ByteString.CopyFrom(market.ToArray()),
            Levels = (uint)Math.Max(1, levels),
        };
        var wanted = config.Quorum.OneHonest;
        var quotes = new List<QuoteBody>();
        foreach (var some in config.Members.Chunk(wanted))
        {
            quotes.AddRange((await Task.WhenAll(some.Select(member => AskOneAsync(config, member, request, cancellationToken)))).OfType<QuoteBody>());
            if (quotes.Count >= wanted) break;
        }

        if (quotes.Count == 0 && await surroundings.Brokers.FollowAsync(market, cancellationToken) is { } next && next.Id != config.Id) return await AskAsync(market, next, levels, cancellationToken);
        if (quotes.Count == 0) throw new ApiException(ApiFailure.TimedOut, "brokers-silent", "No broker of the market answered.", "See `hypha-market broker ls`; try again.");
        // The answer that has seen the most certified slots, then the latest, speaks.
        var divergent = quotes.Select(quote => quote.BookDigest).Distinct().Count() - 1;
        if (divergent > 0) surroundings.Metrics.Diverged("quote", divergent);
        var best = quotes.OrderByDescending(quote => quote.LastCertifiedSlot).ThenByDescending(quote => quote.Slot).ThenByDescending(quote => quote.Offers).First();
        return new QuoteView
        {
            Market = market.ToString(),
            Profile = surroundings.NameOf(market),
            Slot = best.Slot,
            BestBid = ViewOf(best.BestBid),
            BestAsk = ViewOf(best.BestAsk),
            Bids = levels > 0 ? [.. best.Bids.Select(level => ViewOf(level)!)] : [],
            Asks = levels > 0 ? [.. best.Asks.Select(level => ViewOf(level)!)] : [],
            BidUnits = best.BidUnits,
            AskUnits = best.AskUnits,
            Offers = best.Offers,
            LastCertifiedSlot = best.LastCertifiedSlot,
            LastPriceMicros = best.LastPriceMicros == 0 ? null : best.LastPriceMicros,
            Answers = quotes.Count,
            Divergent = divergent,
            At = DateTimeOffset.FromUnixTimeMilliseconds(best.UnixMs),
        };
    }

    private async Task<QuoteBody?> AskOneAsync(EpochConfig config, EpochMember member, QuoteRequest request, CancellationToken cancellationToken)
    {
        var response = await surroundings.Network.Rpc.CallAsync(member.Peer, member.Addresses, MarketProtocols.Quote, request, QuoteResponse.Parser, Deadline, cancellationToken);
        // A quote that its broker has not signed is nobody's word.
        return response?.Quote is { Kind: RecordKind.Quote } quote
            && SignedRecords.VerifySignature(surroundings.NetworkId, quote, member.Peer, surroundings.Verifier)
            && StrictParser.TryParse(QuoteBody.Parser, quote.Body, out var body)
            && RecordId.TryFromBytes(body.Config.Span, out var set)
            && surroundings.Brokers.Known(set)?.Market == config.Market
                ? body
                : null;
    }

    private static LevelView? ViewOf(Level? level) => level is null ? null : new LevelView(level.PriceMicros, level.Units, level.Offers);
}
