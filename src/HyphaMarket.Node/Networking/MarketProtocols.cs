using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;

namespace HyphaMarket.Node.Networking;

/// <summary>The libp2p protocol ids and topics of the market; their messages are in <c>proto/hyphamarket/v1</c>.</summary>
internal static class MarketProtocols
{
    public const string Epoch = "/hypha-market/epoch/1";
    public const string Offer = "/hypha-market/offer/1";
    public const string Quote = "/hypha-market/quote/1";
    public const string Broker = "/hypha-market/broker/1";
    public const string Slot = "/hypha-market/slot/1";
    public const string Watch = "/hypha-market/watch/1";
    public const string Settle = "/hypha-market/settle/1";
    public const string Lease = "/hypha-market/lease/1";
    public const string Tunnel = "/hypha-market/tunnel/1";
    public const string Check = "/hypha-market/check/1";

    /// <summary>The largest message: a proposal with its inputs, or a batch of records.</summary>
    public const int MaxMessage = 4 * 1024 * 1024;

    /// <summary>The largest message of traders and quotes.</summary>
    public const int MaxSmallMessage = 256 * 1024;

    /// <summary>The topic on which a market's records spread.</summary>
    public static string Topic(NetworkId network, MarketId market) => $"/hypha-market/records/1/{network.ToString()[..16]}/{market}";
}
