using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Kademlia.Storage;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Storage;

public sealed class RecordStoreTests
{
    private static readonly byte[] s_key = "/test/a"u8.ToArray();
    private readonly Random _random = new(41);
    private readonly KademliaOptions _options = new() { MaxValueRecords = 5, MaxValueBytes = 100, Validators = [new CountingValidator(), new PublicKeyValidator()] };
    private PeerId _self;
    private RecordStore _store = null!;

    [SetUp]
    public void SetUp()
    {
        _self = TestPeers.Next(_random);
        _store = new RecordStore(_self, _options, new RecordValidators(_options.Validators));
    }

    [Test]
    public void ABetterValue_ReplacesAWorse_AndNotTheOtherWayRound()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Put("5"u8), Is.EqualTo(RecordPut.Stored));
            Assert.That(Put("3"u8), Is.EqualTo(RecordPut.Worse));
            Assert.That(Put("7"u8), Is.EqualTo(RecordPut.Stored));
            Assert.That(_store.Get(TestPeers.Start, s_key)!.Value.ToArray(), Is.EqualTo("7"u8.ToArray()));
        });
    }

    [TestCase("/other/a", "5", nameof(RecordPut.UnknownNamespace))]
    [TestCase("test", "5", nameof(RecordPut.UnknownNamespace))]
    [TestCase("//a", "5", nameof(RecordPut.UnknownNamespace))]
    [TestCase("/test/a", "five", nameof(RecordPut.Invalid))]
    [TestCase("/test/a", "", nameof(RecordPut.Invalid))]
    public void WhatNoValidatorVouchesFor_IsRefused(string key, string value, string expected)
    {
        Assert.That(_store.Put(TestPeers.Start, Encoding(key), Encoding(value)).ToString(), Is.EqualTo(expected));
        Assert.That(_store.Count, Is.Zero);
    }

    [Test]
    public void AValueThatIsTooLong_IsRefusedBeforeTheValidatorSeesIt()
    {
        Assert.That(_store.Put(TestPeers.Start, s_key, new byte[101]), Is.EqualTo(RecordPut.Invalid));
    }

    [Test]
    public void ARecord_IsForgottenAfterItsLife_AndPuttingItAgainExtendsIt()
    {
        var life = _options.ValueRecordLifetime;
        Put("1"u8);
        _store.Put(TestPeers.Start + (life / 2), s_key, "1"u8.ToArray());
        Assert.Multiple(() =>
        {
            Assert.That(_store.Get(TestPeers.Start + life, s_key), Is.Not.Null);
            Assert.That(_store.Get(TestPeers.Start + (life * 1.5), s_key), Is.Null);
        });
        _store.Sweep(TestPeers.Start + (life * 1.5));
        Assert.That(_store.Count, Is.Zero);
    }

    [Test]
    public void AnExpiredRecord_DoesNotKeepAWorseOneOut()
    {
        Put("9"u8);
        Assert.That(_store.Put(TestPeers.Start + _options.ValueRecordLifetime, s_key, "1"u8.ToArray()), Is.EqualTo(RecordPut.Stored));
    }

    [Test]
    public void AFullStore_KeepsTheKeysNearestToThisNode()
    {
        var keys = Enumerable.Range(0, 60).Select(i => Encoding($"/test/{i}")).ToList();
        foreach (var key in keys) _store.Put(TestPeers.Start, key, "1"u8.ToArray());
        var nearest = keys.OrderBy(k => KadKey.Of(k).DistanceTo(KadKey.Of(_self))).Take(5);
        Assert.Multiple(() =>
        {
            Assert.That(_store.Count, Is.EqualTo(5));
            foreach (var key in nearest) Assert.That(_store.Get(TestPeers.Start, key), Is.Not.Null);
        });
    }

    [Test]
    public void ManyPuts_KeepWhatANaiveStoreKeeps()
    {
        var life = _options.ValueRecordLifetime;
        var keys = Enumerable.Range(0, 12).Select(i => Encoding($"/test/{i}")).ToList();
        var now = TestPeers.Start;
        var naive = new Dictionary<string, (int Value, DateTimeOffset Put)>();
        for (var i = 0; i < 2_000; i++)
        {
            now += life / 20 * _random.NextDouble();
            var key = keys[_random.Next(keys.Count)];
            var name = System.Text.Encoding.ASCII.GetString(key);
            var value = _random.Next(4);
            var put = _store.Put(now, key, Encoding($"{value}"));
            foreach (var lapsed in naive.Where(p => p.Value.Put + life <= now).Select(p => p.Key).ToList()) naive.Remove(lapsed);
            if (naive.TryGetValue(name, out var held) && held.Value > value)
            {
                Assert.That(put, Is.EqualTo(RecordPut.Worse), $"put {i}");
                continue;
            }
            naive[name] = (value, now);
            var farthest = naive.Keys.MaxBy(k => KadKey.Of(Encoding(k)).DistanceTo(KadKey.Of(_self)))!;
            if (naive.Count > _options.MaxValueRecords) naive.Remove(farthest);
            Assert.That(put, Is.EqualTo(naive.ContainsKey(name) ? RecordPut.Stored : RecordPut.Full), $"put {i}");
            Assert.That(_store.Count, Is.EqualTo(naive.Count), $"put {i}");
        }
        foreach (var (name, (value, _)) in naive) Assert.That(_store.Get(now, Encoding(name))!.Value.ToArray(), Is.EqualTo(Encoding($"{value}")));
    }

    [Test]
    public void APublicKeyRecord_IsValidForItsOwnPeerAlone()
    {
        using var keys = KeyPair.Generate();
        using var others = KeyPair.Generate();
        byte[] key = [.. "/pk/"u8, .. keys.PeerId.Bytes.Span];
        Assert.Multiple(() =>
        {
            Assert.That(_store.Put(TestPeers.Start, key, others.PeerId.Bytes[2..]), Is.EqualTo(RecordPut.Invalid));
            // An Ed25519 peer id is the identity multihash of the protobuf key.
            Assert.That(_store.Put(TestPeers.Start, key, keys.PeerId.Bytes[2..]), Is.EqualTo(RecordPut.Stored));
        });
    }

    private RecordPut Put(ReadOnlySpan<byte> value) => _store.Put(TestPeers.Start, s_key, value.ToArray());

    private static byte[] Encoding(string text) => System.Text.Encoding.ASCII.GetBytes(text);
}
