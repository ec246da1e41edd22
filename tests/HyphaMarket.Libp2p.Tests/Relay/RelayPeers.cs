using System.Net;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Relay.Server;

namespace HyphaMarket.Libp2p.Tests.Relay;

/// <summary>Peers with keys that are the same in every run.</summary>
internal static class RelayPeers
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static KeyPair Keys(byte number)
    {
        var seed = new byte[32];
        seed[0] = number;
        return KeyPair.FromSeed(seed);
    }

    public static PeerId Id(byte number)
    {
        using var keys = Keys(number);
        return keys.PeerId;
    }

    public static PeerOrigin From(string ip) => PeerOrigin.Of(IPAddress.Parse(ip));
}
