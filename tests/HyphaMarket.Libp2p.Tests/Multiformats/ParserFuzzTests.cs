using System.Text;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Multiformats;

/// <summary>Hostile input into every parser of names and addresses: none throws, and what is accepted survives a round trip.</summary>
public sealed class ParserFuzzTests
{
    private const int Rounds = 20_000;

    private static readonly byte[][] s_good =
    [
        Multiaddr.Parse("/ip4/1.2.3.4/tcp/80/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA").Bytes.ToArray(),
        Multiaddr.Parse("/ip6/2001:db8::1/udp/443/quic-v1").Bytes.ToArray(),
        Multiaddr.Parse("/dns/example.org/tcp/443/tls/ws/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N/p2p-circuit").Bytes.ToArray(),
        PeerId.Parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA").Bytes.ToArray(),
        CidV1.Create(CidV1.RawCodec, Multihash.Sha256([1])).Bytes.ToArray(),
    ];

    [Test]
    public void Bytes_AreParsedOrRefused([Values(1, 2, 20251122)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var accepted = 0;
        for (var i = 0; i < Rounds; i++)
        {
            var bytes = Mutate(random, s_good[random.Next(s_good.Length)]);
            if (Multiaddr.TryFromBytes(bytes, out var address))
            {
                accepted++;
                Assert.That(Multiaddr.Parse(address.ToString()).Bytes.ToArray(), Is.EqualTo(bytes), () => $"round {i}: {Convert.ToHexStringLower(bytes)}");
                _ = address.WithoutPeer();
                _ = address.TryGetTcpEndPoint(out _);
                _ = address.TryGetTcpDnsEndPoint(out _);
            }
            if (PeerId.TryFromBytes(bytes, out var peer))
            {
                accepted++;
                Assert.That(PeerId.Parse(peer.ToString()), Is.EqualTo(peer));
                _ = peer.TryGetPublicKey(out _);
            }
            if (CidV1.TryFromBytes(bytes, out var cid))
            {
                accepted++;
                Assert.That(CidV1.TryParse(cid!.ToString(), out var again) ? again : null, Is.EqualTo(cid));
            }
            _ = Multihash.TryFromBytes(bytes, out _);
            if (PublicKey.TryFromProtobuf(bytes, out var key)) Assert.That(key.Verify(bytes, bytes), Is.False);
        }
        TestContext.Out.WriteLine($"accepted {accepted}");
        Assert.That(accepted, Is.GreaterThan(Rounds / 100));
    }

    [Test]
    public void Text_IsParsedOrRefusedWithAReason([Values(1, 2, 20251122)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        string[] good = ["/ip4/1.2.3.4/tcp/80", "/ip6/::1/tcp/80/ws", "/dns4/a.example/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA", "bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe"];
        var random = new Random(seed);
        for (var i = 0; i < Rounds; i++)
        {
            var text = Encoding.Latin1.GetString(Mutate(random, Encoding.Latin1.GetBytes(good[random.Next(good.Length)])));
            if (Multiaddr.TryParse(text, out var address, out var error)) Assert.That(Multiaddr.Parse(address.ToString()), Is.EqualTo(address));
            else Assert.That(error, Is.Not.Empty);
            if (PeerId.TryParse(text, out var peer)) Assert.That(PeerId.Parse(peer.ToString()), Is.EqualTo(peer));
            _ = CidV1.TryParse(text, out _);
        }
    }

    private static byte[] Mutate(Random random, byte[] good)
    {
        var bytes = good.ToList();
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(4))
            {
                case 0: bytes.Insert(at, (byte)random.Next(256)); break;
                case 1 when at < bytes.Count: bytes.RemoveAt(at); break;
                case 2 when at < bytes.Count: bytes[at] = (byte)random.Next(256); break;
                case 3 when at < bytes.Count: bytes.RemoveRange(at, bytes.Count - at); break;
                default: break;
            }
        }
        return [.. bytes];
    }
}
