using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Node.Networking;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Brokering;

/// <summary>Tells newcomers that this node is willing to broker: <c>providing("broker")</c> of the RFC. Nothing is decided by it. A node that cannot be dialled is not willing.</summary>
internal sealed partial class BrokerAdvertisement(NodeNetwork network, TimeProvider time, ILogger<BrokerAdvertisement> log)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private readonly ILogger _log = log;

    /// <summary>The provider key: the multihash of SHA-256("broker"), a form that every libp2p takes.</summary>
    public static ReadOnlyMemory<byte> Key { get; } = Multihash.Sha256("broker"u8).Bytes;

    /// <summary>Provides once some server took the record; the DHT republishes it by itself.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                if (network.Dht is { RoutingTableSize: > 0, Mode: KademliaMode.Server })
                {
                    LogProvided(await network.Dht.ProvideAsync(Key, stop));
                    return;
                }
            }
            catch (KademliaException e)
            {
                LogNotProvided(e.Message);
            }

            await Task.Delay(RetryAfter, time, stop);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Advertised as a broker at {Peers} nodes.")]
    private partial void LogProvided(int peers);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Not advertised as a broker yet: {Reason}")]
    private partial void LogNotProvided(string reason);
}
