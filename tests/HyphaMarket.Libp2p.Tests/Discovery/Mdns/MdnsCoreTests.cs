using System.Text;
using HyphaMarket.Libp2p.Discovery.Dns;
using HyphaMarket.Libp2p.Discovery.Mdns;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Tests.Identity;

namespace HyphaMarket.Libp2p.Tests.Discovery.Mdns;

[TestFixture]
public sealed class MdnsCoreTests
{
    private static readonly PeerId s_alice = TestKeys.Alice.PeerId;
    private static readonly PeerId s_bob = TestKeys.Bob.PeerId;
    private static readonly Multiaddr s_address = Multiaddr.Parse("/ip4/10.0.0.1/tcp/4001");
    private static readonly DnsName s_service = DnsName.Parse("_p2p._udp.local");
    private static readonly DnsName s_bobName = DnsName.Parse("bobbobbobbobbobbobbobbobbobbobbo._p2p._udp.local");
    private static readonly byte[] s_query = DnsMessage.MulticastQuery(new DnsQuestion(s_service, DnsType.Ptr));
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Test]
    public void Query_IsSentAtOnce_AndThenEverLessOften()
    {
        var core = NewCore();
        var sent = new List<TimeSpan>();
        for (var now = TimeSpan.Zero; now < TimeSpan.FromMinutes(5); now = core.NextTimer)
        {
            core.OnTimer(now);
            Assert.That(Sent(core).Single(), Is.EqualTo(s_query));
            sent.Add(now);
        }
        Assert.That(sent.Select(at => at.TotalSeconds), Is.EqualTo(new[] { 0, 1, 3, 7, 15, 31, 63, 123, 183, 243 }));
        Assert.That(Convert.ToHexStringLower(s_query), Is.EqualTo("000000000001000000000000" + "045f703270" + "045f756470" + "056c6f63616c" + "00" + "000c" + "0001"));
    }

    [Test]
    public void Answer_ComesAfterASmallDelay_NamesThePeerAndItsAddresses_AndNothingOfTheKey()
    {
        var core = Started(out var now);
        core.OnPacket(now, s_query);
        Assert.That(core.TryTake(out _), Is.False, "not before the delay");
        Assert.That(core.NextTimer - now, Is.InRange(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(120)));
        core.OnTimer(core.NextTimer);
        var packet = Sent(core).Single();
        Assert.That(Encoding.ASCII.GetString(packet.AsSpan(0, 64)), Does.Not.Contain(s_alice.ToString()[..20]));
        Assert.That(DnsMessage.TryParse(packet, out var response), Is.True);
        Assert.That((response!.Id, response.IsResponse, response.Questions.Count), Is.EqualTo(((ushort)0, true, 0)));
        var (pointer, texts) = (response.Records[0], response.Records[1]);
        Assert.That((pointer.Name, pointer.Type, pointer.Target), Is.EqualTo((s_service, DnsType.Ptr, DnsName.Parse("alice._p2p._udp.local"))));
        Assert.That((texts.Name, texts.Type), Is.EqualTo((pointer.Target, DnsType.Txt)));
        Assert.That(texts.Texts.Select(text => Encoding.ASCII.GetString(text.Span)), Is.EqualTo(new[] { $"dnsaddr=/ip4/10.0.0.1/tcp/4001/p2p/{s_alice}" }));
    }

    [Test]
    public void ManyQuestions_GetOneAnswerInASecond()
    {
        var core = Started(out var now);
        var answers = new List<TimeSpan>();
        for (var step = 0; step < 300; step++, now += TimeSpan.FromMilliseconds(10))
        {
            core.OnPacket(now, s_query);
            core.OnTimer(now);
            answers.AddRange(Sent(core).Where(packet => !packet.AsSpan().SequenceEqual(s_query)).Select(_ => now));
        }
        Assert.That(answers, Has.Count.InRange(2, 3));
        Assert.That(answers.Zip(answers.Skip(1), (one, next) => next - one), Is.All.GreaterThanOrEqualTo(s_second));
    }

    [Test]
    public void QuestionAboutSomethingElse_GetsNoAnswer()
    {
        var core = Started(out var now);
        core.OnPacket(now, DnsMessage.MulticastQuery(new DnsQuestion(DnsName.Parse("_http._tcp.local"), DnsType.Ptr)));
        core.OnPacket(now, DnsMessage.MulticastQuery(new DnsQuestion(s_service, DnsType.Txt)));
        core.OnTimer(now + s_second);
        Assert.That(Sent(core).Where(packet => !packet.AsSpan().SequenceEqual(s_query)), Is.Empty);
    }

    [Test]
    public void BrowserOfServices_IsToldOfThisOne_AndMayAskForTheTextsByThemselves()
    {
        var core = Started(out var now);
        core.OnPacket(now, DnsMessage.MulticastQuery(new DnsQuestion(DnsName.Parse("_services._dns-sd._udp.local"), DnsType.Ptr)));
        core.OnTimer(now += s_second);
        var told = Sent(core).Select(Parse).SelectMany(message => message.Records).ToArray();
        Assert.That(told.Select(record => record.Target), Does.Contain(s_service));
        core.OnPacket(now, DnsMessage.MulticastQuery(new DnsQuestion(DnsName.Parse("ALICE._p2p._udp.local"), DnsType.Txt)));
        core.OnTimer(now + (2 * s_second));
        Assert.That(Sent(core).Select(Parse).SelectMany(message => message.Records).Select(record => record.Type), Does.Contain(DnsType.Txt));
    }

    [Test]
    public void NodeWithoutAddresses_AsksAndDoesNotAnswer()
    {
        var core = NewCore();
        core.OnTimer(TimeSpan.Zero);
        core.OnPacket(TimeSpan.Zero, s_query);
        core.OnTimer(s_second / 2);
        Assert.That(Sent(core).Single(), Is.EqualTo(s_query));
        Assert.That(core.Goodbye(), Is.Null);
    }

    [Test]
    public void NewAddresses_AreAnnouncedUnasked_AndThoseThatDoNotFitAreLeftOut()
    {
        var core = Started(out var now);
        core.SetAddresses(now, [.. Enumerable.Range(1, 60).Select(i => Multiaddr.Parse($"/ip4/10.0.0.1/tcp/{i}")), Multiaddr.Parse($"/dns4/{new string('a', 63)}.{new string('b', 63)}.{new string('c', 63)}/tcp/1")]);
        core.OnTimer(now + s_second);
        var packet = Sent(core).Single(sent => !sent.AsSpan().SequenceEqual(s_query));
        Assert.That(packet, Has.Length.InRange(MdnsCore.MaxPacket - 100, MdnsCore.MaxPacket));
    }

    [Test]
    public void Peer_IsToldOnce_AgainWhenItsAddressesChange_AndWhenItIsStillThereLater()
    {
        var core = NewCore();
        core.OnPacket(TimeSpan.Zero, Response(s_bob, [s_address]));
        core.OnPacket(s_second, Response(s_bob, [s_address]));
        Assert.That(Found(core).Single().Addresses, Is.EqualTo(new[] { s_address }));
        var other = Multiaddr.Parse("/ip6/fe80::1/tcp/1");
        core.OnPacket(s_second, Response(s_bob, [other]));
        Assert.That(Found(core).Single().Addresses, Is.EqualTo(new[] { other }));
        core.OnPacket(TimeSpan.FromSeconds(62), Response(s_bob, [other]));
        Assert.That(Found(core), Has.Count.EqualTo(1), "half its life has passed");
    }

    [Test]
    public void AnswerInTheOrderOfJsLibp2p_IsUnderstood()
    {
        // js-libp2p puts the texts among the answers, one record for each address.
        var texts = new[] { s_address, Multiaddr.Parse("/ip4/10.0.0.1/tcp/2") }.Select(address => Text(s_bobName, $"dnsaddr={address.WithPeer(s_bob)}"));
        var core = NewCore();
        core.OnPacket(TimeSpan.Zero, DnsMessage.MulticastResponse([DnsRecord.Pointer(s_service, s_bobName, s_second * 120), .. texts], []));
        Assert.That(Found(core).Single().Addresses, Has.Count.EqualTo(2));
    }

    [Test]
    public void OwnAnswers_NamelessAddresses_Names_AndTextsOfOthers_AreNoNews()
    {
        var core = NewCore();
        core.OnPacket(TimeSpan.Zero, Response(s_alice, [s_address]));
        core.OnPacket(TimeSpan.Zero, Response(s_bob, [s_address], name: DnsName.Parse("alice._p2p._udp.local")));
        core.OnPacket(TimeSpan.Zero, Response(s_bob, [], $"dnsaddr={s_address}", "dnsaddr=nonsense", "other=1", $"dnsaddr=/dns4/example.org/tcp/1/p2p/{s_bob}", $"dnsaddr=/dnsaddr/example.org/p2p/{s_bob}"));
        core.OnPacket(TimeSpan.Zero, DnsMessage.MulticastResponse([DnsRecord.Pointer(s_service, s_bobName, s_second)], [Text(DnsName.Parse("x._p2p._udp.local"), $"dnsaddr={s_address.WithPeer(s_bob)}")]));
        core.OnPacket(TimeSpan.Zero, DnsMessage.MulticastResponse([DnsRecord.Pointer(DnsName.Parse("_http._tcp.local"), s_bobName, s_second)], [Text(s_bobName, $"dnsaddr={s_address.WithPeer(s_bob)}")]));
        Assert.That(Found(core), Is.Empty);
    }

    [Test]
    public void Goodbye_IsHeard_SoThatAReturnIsNews()
    {
        var bob = new MdnsCore(s_bob, "bob", new MdnsOptions(), new Random(1));
        bob.SetAddresses(TimeSpan.Zero, [s_address]);
        bob.OnTimer(s_second / 2);
        var hello = Sent(bob).Single(packet => !packet.AsSpan().SequenceEqual(s_query));
        var core = NewCore();
        core.OnPacket(TimeSpan.Zero, hello);
        core.OnPacket(TimeSpan.Zero, bob.Goodbye()!.Value.Span);
        Assert.That(core.Neighbours, Is.Zero);
        core.OnPacket(TimeSpan.Zero, hello);
        Assert.That(Found(core), Has.Count.EqualTo(2));
    }

    [Test]
    public void Flood_IsCutOffAtTheRate_AndPeersAreBounded()
    {
        var options = new MdnsOptions { MaxPacketsPerSecond = 50, MaxPeers = 80, MaxAddressesPerPeer = 3 };
        var core = new MdnsCore(s_alice, "alice", options, new Random(1));
        var peers = Enumerable.Range(0, 200).Select(i => PeerId.FromBytes([0x12, 0x20, .. System.Security.Cryptography.SHA256.HashData([(byte)i])])).ToArray();
        foreach (var peer in peers) core.OnPacket(TimeSpan.Zero, Response(peer, [s_address]));
        Assert.That(Found(core), Has.Count.EqualTo(50));
        foreach (var peer in peers.Skip(50)) core.OnPacket(s_second, Response(peer, [s_address]));
        foreach (var peer in peers.Skip(100)) core.OnPacket(s_second * 2, Response(peer, [s_address]));
        Assert.That(core.Neighbours, Is.EqualTo(80));
        core.OnPacket(s_second * 200, Response(peers[199], [.. Enumerable.Range(1, 10).Select(i => Multiaddr.Parse($"/ip4/10.0.0.1/tcp/{i}"))]));
        Assert.That(Found(core)[^1].Addresses, Has.Count.EqualTo(3), "the expired made room");
    }

    [Test]
    public void MutatedPackets_NeverThrow([Values(1, 20261122)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var core = new MdnsCore(s_alice, "alice", new MdnsOptions { MaxPacketsPerSecond = int.MaxValue }, new Random(seed));
        byte[][] good = [s_query, Response(s_bob, [s_address])];
        var found = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = good[random.Next(2)].ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            core.OnPacket(s_second * round, bytes);
            core.OnTimer(s_second * round);
            while (core.TryTake(out var effect)) found += effect is MdnsFound ? 1 : 0;
        }
        Assert.That(found, Is.GreaterThan(100), "the mutations are too coarse to reach the inside");
    }

    [TestCase("10.0.0.9", true)]
    [TestCase("10.0.1.9", false)]
    [TestCase("172.16.7.200", true)]
    [TestCase("172.16.8.1", false)]
    [TestCase("fe80::9", true)]
    [TestCase("2001:db8::9", true)]
    [TestCase("2001:db9::9", false)]
    public void Source_OffTheLink_IsTold(string source, bool isOnLink)
    {
        var own = new[] { ("10.0.0.1", 24), ("172.16.4.1", 22), ("2001:db8::1", 64), ("fe80::1", 64) }.Select(pair => (System.Net.IPAddress.Parse(pair.Item1), pair.Item2));
        Assert.That(MulticastLink.IsOnLink(System.Net.IPAddress.Parse(source), own), Is.EqualTo(isOnLink));
    }

    private static MdnsCore NewCore() => new(s_alice, "alice", new MdnsOptions(), new Random(1));

    /// <summary>A core whose first announcement is out.</summary>
    private static MdnsCore Started(out TimeSpan now)
    {
        var core = NewCore();
        core.SetAddresses(TimeSpan.Zero, [s_address]);
        core.OnTimer(TimeSpan.Zero);
        core.OnTimer(s_second / 2);
        core.OnTimer(s_second);
        now = 2 * s_second;
        Assert.That(Sent(core), Has.Count.EqualTo(3));
        return core;
    }

    private static byte[] Response(PeerId peer, IReadOnlyList<Multiaddr> addresses, params string[] others) => Response(peer, addresses, s_bobName, others);

    private static byte[] Response(PeerId peer, IReadOnlyList<Multiaddr> addresses, DnsName name, params string[] others) => DnsMessage.MulticastResponse(
        [DnsRecord.Pointer(s_service, name, TimeSpan.FromMinutes(2))], [Text(name, [.. addresses.Select(address => $"dnsaddr={address.WithPeer(peer)}"), .. others])]);

    private static DnsRecord Text(DnsName name, params string[] texts) =>
        DnsRecord.Text(name, [.. texts.Select(text => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(text))], TimeSpan.FromMinutes(2));

    private static DnsMessage Parse(byte[] packet) => DnsMessage.TryParse(packet, out var message) ? message! : throw new AssertionException("The packet cannot be read.");

    private static List<byte[]> Sent(MdnsCore core) => [.. Taken(core).OfType<MdnsSend>().Select(send => send.Packet.ToArray())];

    private static List<MdnsFound> Found(MdnsCore core) => [.. Taken(core).OfType<MdnsFound>()];

    private static List<MdnsEffect> Taken(MdnsCore core)
    {
        var effects = new List<MdnsEffect>();
        while (core.TryTake(out var effect)) effects.Add(effect!);
        return effects;
    }
}
