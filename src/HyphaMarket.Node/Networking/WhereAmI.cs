using Google.Protobuf;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Brokering;
using HyphaMarket.Node.Trading;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Networking;

/// <summary>Asks others what they hold of this node: the record by which newcomers find a broker, and its orders.</summary>
public sealed class WhereAmI(TraderSurroundings surroundings, TraderService trader)
{
    /// <summary>Orders that are asked about, the newest: each costs a request to every broker of its market.</summary>
    private const int MostOrders = 16;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private NodeNetwork Network => surroundings.Network;

    public async Task<WhereAmIView> AskAsync(CancellationToken cancellationToken)
    {
        var servers = await ServersAsync(cancellationToken);
        var orders = await OrdersAsync(cancellationToken);
        return new WhereAmIView
        {
            Peer = Network.Host.Id.ToString(),
            Addresses = [.. Network.Addresses.Select(address => address.WithPeer(Network.Host.Id).ToString())],
            Reachability = Network.Host.Reachability.ToString().ToLowerInvariant(),
            Holdings = [.. servers, .. orders],
        };
    }

    /// <summary>The servers nearest to the brokers' key, which keep the record; a node that does not broker has none, and is only told whether they answer.</summary>
    private async Task<IReadOnlyList<HoldingView>> ServersAsync(CancellationToken cancellationToken)
    {
        var report = await Network.Dht.LookupAsync(BrokerAdvertisement.Key, cancellationToken);
        var advertises = Network.Dht.LastProvided(BrokerAdvertisement.Key) is not null;
        return await Task.WhenAll(report.Peers.Select(server => AskServerAsync(server, advertises, cancellationToken)));
    }

    private async Task<HoldingView> AskServerAsync(PeerInfo server, bool advertises, CancellationToken cancellationToken)
    {
        var providers = await Network.Dht.AskProvidersAsync(server, BrokerAdvertisement.Key, cancellationToken);
        var sees = Network.Host.Connections.FirstOrDefault(open => open.Peer == server.Id)?.ObservedAddress;
        var answer = new HoldingView { About = advertises ? "broker-record" : "node", At = server.Id.ToString(), State = HoldingView.NoAnswer };
        if (providers is null) return answer;
        if (!advertises) return answer with { State = HoldingView.Held, Detail = sees is null ? null : $"sees this node at {sees}" };
        return providers.FirstOrDefault(provider => provider.Id == Network.Host.Id) is { } me
            ? answer with { State = HoldingView.Held, Detail = $"tells others {string.Join(" ", me.Addresses)}" }
            : answer with { State = HoldingView.Missing, Detail = $"knows {providers.Count} other brokers, and not this one" };
    }

    private async Task<IReadOnlyList<HoldingView>> OrdersAsync(CancellationToken cancellationToken)
    {
        var open = await trader.Room.ReadAsync(
            (orders, _) => orders.Orders.Where(order => !order.IsOver).Take(MostOrders).Select(order => (order.Offer.Id, order.Offer.Market, order.Record)).ToArray(), cancellationToken);
        var answers = await Task.WhenAll(open.Select(async order =>
        {
            if (await surroundings.Brokers.FindAsync(order.Market, cancellationToken) is not { } config) return [];
            return await Task.WhenAll(config.Members.Select(member => AskBrokerAsync(order.Id, order.Market, order.Record, member, cancellationToken)));
        }));
        return [.. answers.SelectMany(answer => answer)];
    }

    /// <summary>"A known offer is answered whatever its window": a broker that has it says so, one that lost it takes it anew.</summary>
    private async Task<HoldingView> AskBrokerAsync(OfferId order, MarketId market, Record record, EpochMember member, CancellationToken cancellationToken)
    {
        var request = new SubmitRequest { Network = ByteString.CopyFrom(surroundings.NetworkId.Value.ToArray()), Market = ByteString.CopyFrom(market.ToArray()) };
        request.Records.Add(record);
        var response = await Network.Rpc.CallAsync(member.Peer, member.Addresses, MarketProtocols.Offer, request, SubmitResponse.Parser, Deadline, cancellationToken);
        var answer = new HoldingView { About = "order", Order = order.ToString(), Profile = surroundings.NameOf(market), At = member.Peer.ToText(), State = HoldingView.NoAnswer };
        return response?.Results.Count != 1 ? answer : response.Results[0] switch
        {
            { Receipt: { } receipt } => answer with { State = HoldingView.Held, Detail = StrictParser.TryParse(OfferReceiptBody.Parser, receipt.Body, out var body) && body.Rank > 0 ? $"rank {body.Rank} of its side" : "below the kept ranks" },
            { Refusal: { } refusal } => answer with { State = HoldingView.Missing, Detail = $"{((OfferRefusal)refusal.Reason).Code()}: {PlainText.Cut(refusal.Detail)}" },
            _ => answer,
        };
    }
}
