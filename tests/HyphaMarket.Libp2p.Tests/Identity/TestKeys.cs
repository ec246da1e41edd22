using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Tests.Identity;

/// <summary>Two identities that are the same in every run.</summary>
internal static class TestKeys
{
    public static readonly KeyPair Alice = KeyPair.FromSeed(Enumerable.Repeat((byte)1, 32).ToArray());
    public static readonly KeyPair Bob = KeyPair.FromSeed(Enumerable.Repeat((byte)2, 32).ToArray());
}
