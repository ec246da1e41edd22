using System.Text;
using HyphaMarket.Libp2p.Discovery.Dns;

namespace HyphaMarket.Libp2p.Tests.Discovery.Dns;

[TestFixture]
[CancelAfter(30_000)]
public sealed class DnsTxtResolverTests
{
    private static readonly DnsName s_name = DnsName.Parse("_dnsaddr.example.org");
    private static readonly TimeSpan s_ttl = TimeSpan.FromMinutes(1);

    [Test]
    public async Task Texts_ComeInTheirOrder_WithTheirStringsJoined(CancellationToken cancellationToken)
    {
        await using var server = new DnsServer(query => [DnsServer.Answer(query, [Text(s_name, "one"), Text(s_name, "two ", "parts")])]);
        Assert.That(await ResolveAsync(server, cancellationToken), Is.EqualTo(new[] { "one", "two parts" }));
    }

    [Test]
    public async Task AnswerCutShort_IsFetchedOverTcp(CancellationToken cancellationToken)
    {
        var many = Enumerable.Range(0, 100).Select(i => Text(s_name, $"text {i}")).ToArray();
        await using var server = new DnsServer(query => [DnsServer.Answer(query, [], flags: 0x0200)], query => DnsServer.Answer(query, many));
        Assert.That(await ResolveAsync(server, cancellationToken), Has.Count.EqualTo(100));
    }

    [Test]
    public async Task Alias_IsFollowedWithinTheAnswer_AndTextsOfOtherNamesDoNotCount(CancellationToken cancellationToken)
    {
        var other = DnsName.Parse("elsewhere.example");
        await using var server = new DnsServer(query => [DnsServer.Answer(query, [new DnsRecord(s_name, DnsType.Cname, s_ttl, other, []), Text(other, "right"), Text(DnsName.Parse("third.example"), "wrong")])]);
        Assert.That(await ResolveAsync(server, cancellationToken), Is.EqualTo(new[] { "right" }));
    }

    [Test]
    public async Task AliasesInACircle_End(CancellationToken cancellationToken)
    {
        await using var server = new DnsServer(query => [DnsServer.Answer(query, [new DnsRecord(s_name, DnsType.Cname, s_ttl, s_name, []), Text(s_name, "kept")])]);
        Assert.That(await ResolveAsync(server, cancellationToken), Is.EqualTo(new[] { "kept" }));
    }

    [Test]
    public async Task NameThatDoesNotExist_HasNoTexts(CancellationToken cancellationToken)
    {
        await using var server = new DnsServer(query => [DnsServer.Answer(query, [], flags: DnsMessage.NoSuchName)]);
        Assert.That(await ResolveAsync(server, cancellationToken), Is.Empty);
    }

    [Test]
    public async Task ForgedPackets_ArePassedOver(CancellationToken cancellationToken)
    {
        var other = new DnsQuestion(DnsName.Parse("_dnsaddr.example.net"), DnsType.Txt);
        await using var server = new DnsServer(query =>
        {
            var wrongId = DnsServer.Answer(query, [Text(s_name, "forged")]);
            wrongId[0] ^= 0xFF;
            return
            [
                [1, 2, 3],
                query,
                wrongId,
                DnsMessage.Encode(DnsServer.IdOf(query), 0x8180, [other], [Text(s_name, "forged")]),
                DnsMessage.Encode(DnsServer.IdOf(query), 0x8180, [], [Text(s_name, "forged")]),
                DnsServer.Answer(query, [Text(s_name, "true")]),
            ];
        });
        Assert.That(await ResolveAsync(server, cancellationToken), Is.EqualTo(new[] { "true" }));
    }

    [Test]
    public async Task FailingServer_IsFollowedByTheNext_AndALostPacketByTheNextRound(CancellationToken cancellationToken)
    {
        var asked = 0;
        await using var failing = new DnsServer(query => [DnsServer.Answer(query, [], flags: 2)]);
        await using var losing = new DnsServer(query => ++asked == 1 ? [] : [DnsServer.Answer(query, [Text(s_name, "at last")])]);
        var options = new DnsOptions { Servers = [failing.EndPoint, losing.EndPoint], ServerTimeout = TimeSpan.FromMilliseconds(500), Rounds = 10 };
        Assert.That(await new DnsTxtResolver(options).ResolveAsync(s_name.ToString(), cancellationToken), Is.EqualTo(new[] { "at last" }));
        Assert.That(asked, Is.GreaterThanOrEqualTo(2));
    }

    [Test]
    public async Task NoAnswer_SaysWhoWasAsked(CancellationToken cancellationToken)
    {
        await using var silent = new DnsServer(_ => []);
        var options = new DnsOptions { Servers = [silent.EndPoint], ServerTimeout = TimeSpan.FromMilliseconds(20), Rounds = 1 };
        Assert.That(async () => await new DnsTxtResolver(options).ResolveAsync(s_name.ToString(), cancellationToken), Throws.InstanceOf<IOException>().With.Message.Contains(silent.EndPoint.ToString()));
    }

    [Test]
    public async Task FloodOfStrayPackets_IsGivenUp(CancellationToken cancellationToken)
    {
        await using var flooding = new DnsServer(_ => Enumerable.Repeat<byte[]>([1, 2, 3], 200));
        var options = new DnsOptions { Servers = [flooding.EndPoint], Rounds = 1, ServerTimeout = TimeSpan.FromSeconds(20) };
        Assert.That(async () => await new DnsTxtResolver(options).ResolveAsync(s_name.ToString(), cancellationToken), Throws.InstanceOf<IOException>().With.Message.Contains("packets came"));
    }

    [Test]
    public void ServersOfTheSystem_AreReadAsTheCLibraryReadsThem()
    {
        string[] lines = ["# nameserver 192.0.2.9", "search example.org", "nameserver 192.0.2.1", "nameserver\t2001:db8::1 # home", "nameserver nonsense", " nameserver 192.0.2.8", "nameserver 192.0.2.2", "nameserver 192.0.2.3"];
        Assert.That(ResolvConf.Parse(lines).Select(server => server.ToString()), Is.EqualTo(new[] { "192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.2:53" }));
        Assert.That(ResolvConf.Read("/nowhere/resolv.conf").Single().ToString(), Is.EqualTo("127.0.0.1:53"));
    }

    private static async Task<IReadOnlyList<string>> ResolveAsync(DnsServer server, CancellationToken cancellationToken) =>
        await new DnsTxtResolver(new DnsOptions { Servers = [server.EndPoint], ServerTimeout = TimeSpan.FromSeconds(20) }).ResolveAsync(s_name.ToString(), cancellationToken);

    private static DnsRecord Text(DnsName name, params string[] texts) => DnsRecord.Text(name, [.. texts.Select(text => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(text))], s_ttl);
}
