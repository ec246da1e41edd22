using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using HyphaMarket.Libp2p.AutoNat;
using HyphaMarket.Libp2p.Discovery.Dns;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.HolePunching;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identify;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Persistence;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Messages;
using HyphaMarket.Libp2p.Security;
using HyphaMarket.Libp2p.Security.Noise;
using HyphaMarket.Libp2p.Security.Tls;
using HyphaMarket.Libp2p.Tests.Identity;
using HyphaMarket.Libp2p.Tests.Kademlia;
using HyphaMarket.Libp2p.Tests.Security.Tls;
using HyphaMarket.Libp2p.Transport;
using HyphaMarket.Libp2p.Transport.WebSockets;

namespace HyphaMarket.Libp2p.Tests.Fuzzing;

/// <summary>The parsers that take one whole input each.</summary>
internal static class FuzzTargets
{
    private static readonly NoiseIdentity s_noise = NoiseIdentity.Create(TestKeys.Bob);
    private static readonly Multiaddr s_address = Multiaddr.Parse("/ip4/192.0.2.7/tcp/4001");
    private static readonly string[] s_addresses =
    [
        "/ip4/1.2.3.4/tcp/80/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA", "/ip6/2001:db8::1/udp/443/quic-v1", "/dnsaddr/example.org",
        "/dns/example.org/tcp/443/tls/ws/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N/p2p-circuit", "/ip4/9.9.9.9/tcp/1/ws", "/dns4/a.example/tcp/1/wss",
    ];

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("multiaddr", [.. s_addresses.Select(a => Multiaddr.Parse(a).Bytes.ToArray())], Address, typeof(Multiaddr), typeof(CircuitAddress), typeof(WebSocketAddress), typeof(Varint)),
        new("multiaddr text", Texts(s_addresses), AddressText, typeof(Multiaddr), typeof(MultiaddrValue)),
        new("peer id", [TestKeys.Alice.PeerId.Bytes.ToArray(), PeerId.Parse("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N").Bytes.ToArray()], Peer, typeof(PeerId)),
        new("peer id text", Texts(TestKeys.Alice.PeerId.ToString(), "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", CidOf(TestKeys.Alice.PeerId)), PeerText, typeof(PeerId), typeof(Base58Btc), typeof(CidV1)),
        new("multihash", [Multihash.Sha256([1]).Bytes.ToArray(), TestKeys.Bob.PeerId.Bytes.ToArray()], b => Multihash.TryFromBytes(b, out var hash) ? $"{hash!.Code} {Hex(hash.Digest.Span)}" : null, typeof(Multihash)),
        new("cid", [CidV1.Create(CidV1.RawCodec, Multihash.Sha256([1])).Bytes.ToArray()], b => CidV1.TryFromBytes(b, out var cid) ? Same(cid!.ToString(), b, Hex(cid.Bytes.Span)) : null, typeof(CidV1)),
        new("base32", Texts(Base32.Encode([1, 2, 3, 4, 5, 6, 7]), Base32.EncodeMultibase([9, 8])), b => Base32.TryDecode(Text(b), out var decoded) | Base32.TryDecodeMultibase(Text(b), out var other) ? Hex(decoded) + Hex(other) : null, typeof(Base32)),
        new("public key", [TestKeys.Alice.PublicKey.Protobuf.ToArray(), RsaKey()], b => PublicKey.TryFromProtobuf(b, out var key) ? Checked($"{key.Type} {key.PeerId}", !key.Verify(b, b)) : null, typeof(PublicKey), typeof(KeyEncoding)),
        new("private key", [PrivateKey()], PrivateKeyOf, typeof(KeyPair), typeof(KeyEncoding)),
        new("peer record", [Record().Encode()], b => PeerRecord.TryDecode(b, out var record) ? $"{record.Peer} {record.Sequence} {string.Join(',', record.Addresses)}" : null, typeof(PeerRecord)),
        new("signed peer record", [SignedPeerRecord.Seal(TestKeys.Alice, Record()).Bytes.ToArray()], b => SignedPeerRecord.TryOpen(b, out var record, out var fault) ? Checked($"{record.Peer} {record.Record.Sequence}", record.Peer == TestKeys.Alice.PeerId) : Refusal(fault), typeof(SignedPeerRecord), typeof(SignedEnvelope)),
        new("reservation voucher", [ReservationVoucher.Seal(TestKeys.Alice, TestKeys.Bob.PeerId, TestPeers.Start).Bytes.ToArray()], b => ReservationVoucher.TryOpen(b, out var voucher, out var fault) ? Checked($"{voucher.Peer}", voucher.Relay == TestKeys.Alice.PeerId) : Refusal(fault), typeof(ReservationVoucher), typeof(SignedEnvelope)),
        new("noise payload", [s_noise.BuildPayload(["/yamux/1.0.0"])], Noise, typeof(NoisePayload)),
        new("tls certificate", [TestCertificates.Make().RawData], Certificate, typeof(PeerCertificate), typeof(CertificateFields), typeof(SignedKey)),
        new("tls certificate fields", [TestCertificates.Make().RawData], b => Asn(() => $"{CertificateFields.Read(b)}"), typeof(CertificateFields)),
        new("tls signed key", [new SignedKey(TestKeys.Alice.PublicKey.Protobuf, new byte[64]).Encode()], b => Asn(() => Hex(SignedKey.Decode(b).PublicKey.Span)), typeof(SignedKey)),
        new("identify", [.. IdentifyCodec.Encode(Identity()).Select(part => part.ToByteArray())], b => IdentifyCodec.Decode(TestKeys.Alice.PeerId, [b]) is { } info ? $"{info.AgentVersion} {info.ListenAddresses?.Count} {info.Protocols?.Count} {info.ObservedAddress} {info.RecordFault}" : null, typeof(IdentifyCodec)),
        new("kademlia message", Kad(), KadOf, typeof(KadMessageCodec), typeof(Libp2p.Protobuf.ProtobufReader)),
        new("kademlia table", [RoutingTableCodec.Encode("/k", [new SavedPeer(TestKeys.Bob.PeerId, [s_address], TestPeers.Start, TestPeers.Start)])], Table, typeof(RoutingTableCodec)),
        new("peer store file", [StoreBytes()], Store, typeof(PeerStoreFile)),
        new("gossipsub rpc", [RpcEncoder.Encode(Rpc())], RpcOf, typeof(RpcDecoder), typeof(Libp2p.Protobuf.ProtobufReader)),
        new("gossipsub message", [MessageCodec.Encode(PubsubMessage.Unsigned("topic", new byte[20]))], b => MessageCodec.Decode(b) is { } message ? $"{message.Topic} {Hex(message.Data.Span)} {MessageCodec.ReadTopic(Encoding.UTF8.GetBytes(message.Topic))}" : null, typeof(MessageCodec)),
        new("relay hop", [.. Hops().Select(m => RelayMessageCodec.Encode(m).ToByteArray())], b => RelayMessageCodec.DecodeHop(b) is { } m ? $"{m.Type} {m.Peer} {m.Limits} {m.Status} {m.Reservation?.Expires:O}" : null, typeof(RelayMessageCodec)),
        new("relay stop", [RelayMessageCodec.Encode(new StopMessage(StopMessageType.Connect, TestKeys.Bob.PeerId, new ConnectionLimits(TimeSpan.FromMinutes(2), 131_072))).ToByteArray()], b => RelayMessageCodec.DecodeStop(b) is { } m ? $"{m}" : null, typeof(RelayMessageCodec)),
        new("autonat", [AutoNatCodec.Request(7, [s_address]).ToByteArray(), AutoNatCodec.DataRequest(1, 30_000).ToByteArray(), AutoNatCodec.Data(ByteString.CopyFrom(new byte[64])).ToByteArray()], AutoNat, typeof(AutoNatCodec)),
        new("hole punching", [HolePunchCodec.Encode(new HolePunchMessage(HolePunchMessageType.Connect, [s_address])).ToByteArray(), HolePunchCodec.Encode(new HolePunchMessage(HolePunchMessageType.Sync, [])).ToByteArray()], HolePunching, typeof(HolePunchCodec)),
        new("dns message", Dns(), DnsOf, typeof(DnsMessage), typeof(DnsName)),
        new("dns name", Texts("a.example", "_p2p._udp.local"), b => DnsName.TryParse(Text(b), out var name) ? Hex(name!.Wire) : null, typeof(DnsName)),
        new("resolv.conf", Texts("# comment\nnameserver 192.0.2.1\nnameserver 2001:db8::1\n"), Servers, typeof(ResolvConf)),
        new("http head", [UpgradeHandshake.FormatRequest("example.org:1", "dGhlIHNhbXBsZSBub25jZQ=="), UpgradeHandshake.FormatAcceptance("dGhlIHNhbXBsZSBub25jZQ==")], b => HttpHead.TryParse(b, out var head, out var error) ? $"{head.StartLine} {UpgradeHandshake.CheckRequest(head, out _, out _)} {UpgradeHandshake.CheckResponse(head, "k")}" : Refusal(error), typeof(HttpHead)),
    ];

    private static string? Address(byte[] bytes)
    {
        if (!Multiaddr.TryFromBytes(bytes, out var address)) return null;
        var circuit = CircuitAddress.TryParse(address, out _);
        var socket = WebSocketAddress.TryParse(address, out _);
        return Same($"{address} {circuit} {socket} {address.WithoutPeer()}", bytes, Hex(Multiaddr.Parse(address.ToString()).Bytes.Span));
    }

    private static string? AddressText(byte[] bytes)
    {
        if (!Multiaddr.TryParse(Text(bytes), out var address, out var error)) return Refusal(error);
        return Checked(address.ToString(), Multiaddr.FromBytes(address.Bytes.Span).Equals(address));
    }

    private static string? Peer(byte[] bytes) =>
        PeerId.TryFromBytes(bytes, out var peer) ? Checked($"{peer} {peer.TryGetPublicKey(out _)}", PeerId.Parse(peer.ToString()) == peer) : null;

    private static string? PeerText(byte[] bytes) => PeerId.TryParse(Text(bytes), out var peer) ? Checked($"{peer}", PeerId.FromBytes(peer.Span) == peer) : null;

    private static string? PrivateKeyOf(byte[] bytes)
    {
        if (!KeyPair.TryFromProtobuf(bytes, out var keys, out var error)) return Refusal(error);
        using (keys) return keys.PeerId.ToString();
    }

    private static string? Noise(byte[] bytes)
    {
        try
        {
            // Whatever is changed of it, a payload proves this identity or none.
            var payload = NoisePayload.Verify(bytes, s_noise.StaticKey.PublicKey, null);
            return Checked($"{payload.Key.PeerId} {string.Join(',', payload.Muxers)}", payload.Key.PeerId == TestKeys.Bob.PeerId);
        }
        catch (SecureChannelException)
        {
            return null;
        }
    }

    private static string? Certificate(byte[] bytes)
    {
        try
        {
            return Checked("verified", PeerCertificate.Verify(bytes, TestCertificates.Start.AddYears(1), null).PeerId == TestKeys.Bob.PeerId);
        }
        catch (SecureChannelException)
        {
            return null;
        }
    }

    private static string? Asn(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static string? KadOf(byte[] bytes)
    {
        var codec = new KadMessageCodec(new KademliaOptions());
        if (codec.Decode(bytes) is not { } message) return null;
        var written = KadMessageCodec.Encode(message);
        return Checked(Hex(SHA256.HashData(written)), KadMessageCodec.Encode(codec.Decode(written)!).AsSpan().SequenceEqual(written));
    }

    // A file that names no server means the machine itself; that counts as refused here.
    private static string? Servers(byte[] bytes)
    {
        var servers = ResolvConf.Parse(Text(bytes).Split('\n'));
        return servers.SequenceEqual(ResolvConf.Parse([])) ? null : Checked(string.Join(',', servers), servers.Count <= ResolvConf.MaxServers);
    }

    // The checksum keeps mutations out, so it is made good again.
    private static string? Table(byte[] bytes)
    {
        var copy = (byte[])bytes.Clone();
        if (copy.Length > 32) SHA256.HashData(copy.AsSpan(0, copy.Length - 32), copy.AsSpan(copy.Length - 32));
        return RoutingTableCodec.Decode(copy, "/k", out var problem) is { } peers ? $"{peers.Count} {peers.Sum(p => p.Addresses.Count)}" : Refusal(problem);
    }

    private static string? Store(byte[] bytes)
    {
        var copy = (byte[])bytes.Clone();
        if (copy.Length >= 44) SHA256.HashData(copy.AsSpan(44), copy.AsSpan(12));
        return PeerStoreFile.Decode(copy, out var peers) is null ? string.Join(',', peers.Select(p => p.Peer)) : null;
    }

    private static string? RpcOf(byte[] bytes)
    {
        if (RpcDecoder.Decode(bytes, new RpcLimits()) is not { } rpc) return null;
        var written = RpcEncoder.Encode(rpc);
        return Checked(Hex(SHA256.HashData(written)), RpcEncoder.Encode(RpcDecoder.Decode(written, new RpcLimits())!).AsSpan().SequenceEqual(written));
    }

    private static string? AutoNat(byte[] bytes)
    {
        var told = new List<string>();
        Try(() => told.Add($"{AutoNatCodec.Read(bytes)}"));
        Try(() => told.Add($"{AutoNatCodec.ReadDialBack(bytes)}"));
        Try(() => AutoNatCodec.ReadDialBackResponse(bytes));
        return told.Count > 0 ? string.Join(' ', told) : null;

        static void Try(Action read)
        {
            try
            {
                read();
            }
            catch (InvalidDataException)
            {
                // Refused.
            }
        }
    }

    private static string? HolePunching(byte[] bytes)
    {
        try
        {
            var message = HolePunchCodec.Decode(bytes);
            return Checked($"{message.Type} {string.Join(',', message.Addresses)}", message.Addresses.Count <= HolePunchCodec.MaxAddresses);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static string? DnsOf(byte[] bytes)
    {
        if (!DnsMessage.TryParse(bytes, out var message)) return null;
        var written = DnsMessage.Encode(message!.Id, 0x8180, message.Questions, message.Records);
        return Checked(string.Join(',', message.Records.Select(r => $"{r.Name} {r.Type} {r.Target}")), DnsMessage.TryParse(written, out _));
    }

    private static string Same(string understood, byte[] bytes, string written)
    {
        Assert.That(written, Is.EqualTo(Hex(bytes)), "what was accepted is written the same");
        return understood;
    }

    private static string Checked(string understood, bool holds)
    {
        Assert.That(holds, Is.True, understood);
        return understood;
    }

    private static string? Refusal(object? reason)
    {
        Assert.That(reason?.ToString(), Is.Not.Null.And.Not.Empty.And.Not.EqualTo("None"), "a refusal has a reason");
        return null;
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static byte[][] Texts(params string[] texts) => [.. texts.Select(Encoding.Latin1.GetBytes)];

    private static string CidOf(PeerId peer) => Multihash.TryFromBytes(peer.Span, out var hash) ? CidV1.Create(CidV1.Libp2pKeyCodec, hash!).ToString() : "";

    private static byte[] PrivateKey() => KeyPair.FromSeed(new byte[32]).ToProtobuf();

    private static byte[] RsaKey()
    {
        using var rsa = RSA.Create(2048);
        return KeyEncoding.Encode(KeyType.Rsa, rsa.ExportSubjectPublicKeyInfo());
    }

    private static PeerRecord Record() => new(TestKeys.Alice.PeerId, 7, [s_address, Multiaddr.Parse("/ip6/2001:db8::1/tcp/1")]);

    private static IdentifyInfo Identity() =>
        new(TestKeys.Alice.PublicKey, "ipfs/0.1.0", "agent/1", [s_address], s_address, ["/a/1", "/b/2"], SignedPeerRecord.Seal(TestKeys.Alice, Record()));

    private static byte[][] Kad() =>
    [
        KadMessageCodec.Encode(new KadMessage { Type = KadMessageType.GetValue, Key = "/test/a"u8.ToArray(), Record = new KadRecord("/test/a"u8.ToArray(), "5"u8.ToArray(), "2026-01-01T00:00:00Z"), CloserPeers = [TestPeers.Named(TestKeys.Alice.PeerId)] }),
        KadMessageCodec.Encode(new KadMessage { Type = KadMessageType.AddProvider, Key = new byte[32], ProviderPeers = [TestPeers.Named(TestKeys.Bob.PeerId), TestPeers.Named(TestKeys.Alice.PeerId)] }),
    ];

    private static byte[] StoreBytes()
    {
        var store = new PeerStore(TimeProvider.System, 10, 10);
        store.AddAddresses(TestKeys.Bob.PeerId, [s_address], TimeSpan.FromHours(1));
        store.SetProtocols(TestKeys.Bob.PeerId, ["/a/1"]);
        return PeerStoreFile.Encode(store.Export());
    }

    private static Rpc Rpc() => new()
    {
        Subscriptions = [new SubscriptionChange("a", true), new SubscriptionChange("b", false)],
        Messages = [PubsubMessage.Unsigned("a", new byte[30])],
        IHave = [new IHave("a", [new MessageId([1, 2, 3]), new MessageId([4])])],
        IWant = [new MessageId([5, 6])],
        Graft = ["a"],
        Prune = [new Prune("b", 60, [new PeerExchangeRecord(TestKeys.Alice.PeerId.Bytes, default)])],
        IDontWant = [new MessageId([7])],
    };

    private static HopMessage[] Hops() =>
    [
        new(HopMessageType.Connect, TestKeys.Bob.PeerId),
        new(HopMessageType.Status, Reservation: new GrantedReservation(TestPeers.Start, [s_address], new byte[40]), Limits: new ConnectionLimits(TimeSpan.FromMinutes(2), 131_072), Status: RelayStatus.Ok),
    ];

    private static byte[][] Dns()
    {
        var (service, instance) = (DnsName.Parse("_p2p._udp.local"), DnsName.Parse("abc._p2p._udp.local"));
        return
        [
            DnsMessage.Query(7, new DnsQuestion(service, DnsType.Txt)),
            DnsMessage.MulticastResponse([DnsRecord.Pointer(service, instance, TimeSpan.FromMinutes(2))], [DnsRecord.Text(instance, ["dnsaddr=/ip4/1.2.3.4/tcp/1"u8.ToArray()], TimeSpan.FromMinutes(2))]),
        ];
    }
}
