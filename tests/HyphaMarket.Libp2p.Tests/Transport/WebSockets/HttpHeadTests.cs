using System.Text;
using HyphaMarket.Libp2p.Tests.Streams;
using HyphaMarket.Libp2p.Transport.WebSockets;

namespace HyphaMarket.Libp2p.Tests.Transport.WebSockets;

[TestFixture]
[CancelAfter(60_000)]
public sealed class HttpHeadTests
{
    private const int MaxBytes = 1024;

    [Test]
    public void Fields_AreFoundByNameInAnyCase_AndListsByElement()
    {
        Assert.That(HttpHead.TryParse("GET / HTTP/1.1\r\nhost:a\r\nCONNECTION: keep-alive ,\tUPGRADE\r\nX: 1\r\nx: 2\r\n\r\n"u8, out var head, out _), Is.True);
        Assert.That(head!.StartLine, Is.EqualTo("GET / HTTP/1.1"));
        Assert.That(head.Single("Host"), Is.EqualTo("a"));
        Assert.That(head.Lists("Connection", "Upgrade"), Is.True);
        Assert.That(head.Lists("Connection", "grade"), Is.False);
        Assert.That(head.Single("X"), Is.Null, "a field that stands twice");
        Assert.That((head.Has("X"), head.Has("Y")), Is.EqualTo((true, false)));
    }

    [TestCase("GET / HTTP/1.1\r\nHost : a\r\n\r\n")]
    [TestCase("GET / HTTP/1.1\r\n Host: a\r\n\r\n")]
    [TestCase("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n")]
    [TestCase("GET / HTTP/1.1\r\n: a\r\n\r\n")]
    [TestCase("GET / HTTP/1.1\r\nHost\r\n\r\n")]
    [TestCase("GET / HTTP/1.1\nHost: a\r\n\r\n")]
    [TestCase("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n")]
    [TestCase("GET / HTTP/1.1\r\nHost: a\0\r\n\r\n")]
    [TestCase("GET / HTTP/1.1\r\nHost: a\r\n\r\nx")]
    [TestCase("GET / HTTP/1.1\r\nHost: a\r\n")]
    [TestCase("")]
    public void MalformedHead_IsRefused(string text) => Assert.That(HttpHead.TryParse(Encoding.Latin1.GetBytes(text), out _, out _), Is.False);

    [Test]
    public void MoreFieldsThanTheBound_AreRefused()
    {
        static byte[] WithFields(int count) => Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", count)) + "\r\n");
        Assert.That(HttpHead.TryParse(WithFields(64), out _, out _), Is.True);
        Assert.That(HttpHead.TryParse(WithFields(65), out _, out _), Is.False);
    }

    [Test]
    public async Task Head_CutAtEveryBoundary_IsReadTheSame_AndWhatFollowsIsKept(CancellationToken cancellationToken)
    {
        byte[] head = [.. "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"u8];
        byte[] all = [.. head, 1, 2, 3];
        for (var cut = 1; cut < all.Length; cut++)
        {
            var stream = new ScriptedStream(all, cut);
            var (read, following) = await HttpHeadReader.ReadAsync(stream, MaxBytes, cancellationToken);
            var rest = new byte[stream.Unread];
            await stream.ReadExactlyAsync(rest, cancellationToken);
            Assert.That(read.Single("Upgrade"), Is.EqualTo("websocket"), $"cut every {cut} bytes");
            Assert.That(following.Concat(rest), Is.EqualTo(new byte[] { 1, 2, 3 }), $"cut every {cut} bytes");
        }
    }

    [Test]
    public void HeadWithoutEnd_IsRefusedAtTheBound_AndNoByteFurtherIsRead()
    {
        var stream = new ScriptedStream(new byte[4 * MaxBytes], 100);
        Assert.That(async () => await HttpHeadReader.ReadAsync(stream, MaxBytes, default), Throws.TypeOf<HttpHeadException>().With.Property("Refusal").EqualTo(UpgradeRefusal.HeadTooLarge));
        Assert.That(stream.Unread, Is.EqualTo(3 * MaxBytes));
    }

    [Test]
    public void ConnectionThatEndsWithinTheHead_IsAnError() =>
        Assert.That(async () => await HttpHeadReader.ReadAsync(new ScriptedStream("GET /"u8.ToArray()), MaxBytes, default), Throws.TypeOf<IOException>());

    [Test]
    public void MutatedHeads_AreReadOrRefused_AndNeverThrow()
    {
        var seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var right = UpgradeHandshake.FormatRequest("example.org:1", UpgradeHandshake.NewKey());
        var accepted = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = right.ToList();
            for (var change = random.Next(4); change > 0; change--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(3))
                {
                    case 0: bytes[at] = (byte)random.Next(256); break;
                    case 1: bytes.Insert(at, (byte)":\r\n \t,"[random.Next(6)]); break;
                    default: bytes.RemoveAt(at); break;
                }
            }
            if (HttpHead.TryParse(bytes.ToArray(), out var head, out _) && UpgradeHandshake.CheckRequest(head, out _, out _) == UpgradeRefusal.None) accepted++;
        }
        Assert.That(accepted, Is.InRange(1, 19_999));
    }
}
