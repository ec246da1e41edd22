using System.Text;
using HyphaMarket.Libp2p.Negotiation;
using HyphaMarket.Libp2p.Tests.Streams;

namespace HyphaMarket.Libp2p.Tests.Negotiation;

public sealed class MultistreamTests
{
    private const string Header = "\u0013/multistream/1.0.0\n";

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static string Text(MemoryStream stream) => Encoding.Latin1.GetString(stream.ToArray());

    [Test]
    public void NotAvailable_IsTheBytesOfTheSpecification()
    {
        Assert.That(MultistreamMessage.Encode("na"), Is.EqualTo(Convert.FromHexString("036e610a")));
    }

    [Test]
    public async Task Dialler_SendsHeaderAndFirstProposalTogetherAndLeavesWhatFollows()
    {
        var stream = new ScriptedStream(Bytes(Header + "\u0007/noise\nrest"));
        Assert.That(await Multistream.SelectAsync(stream, ["/noise"]), Is.EqualTo("/noise"));
        Assert.Multiple(() =>
        {
            Assert.That(Text(stream.Written), Is.EqualTo(Header + "\u0007/noise\n"));
            Assert.That(stream.Writes, Is.EqualTo(1));
            Assert.That(stream.Unread, Is.EqualTo("rest".Length));
        });
    }

    [Test]
    public async Task Dialler_TriesTheNextProtocolAfterARefusal()
    {
        var stream = new ScriptedStream(Bytes(Header + "\u0003na\n\u0003na\n\u0003/c\n"), bytesPerRead: 1);
        Assert.That(await Multistream.SelectAsync(stream, ["/a", "/b", "/c", "/d"]), Is.EqualTo("/c"));
        Assert.That(Text(stream.Written), Is.EqualTo(Header + "\u0003/a\n\u0003/b\n\u0003/c\n"));
    }

    [Test]
    public async Task Dialler_RefusedEverything_HasNothing()
    {
        var stream = new ScriptedStream(Bytes(Header + "\u0003na\n\u0003na\n"));
        Assert.That(await Multistream.SelectAsync(stream, ["/a", "/b"]), Is.Null);
    }

    [TestCase("\u0013/multistream/2.0.0\n\u0003/a\n", Description = "another version")]
    [TestCase("\u0003/a\n", Description = "no header")]
    [TestCase(Header + "\u0003/b\n", Description = "a protocol that was not proposed")]
    [TestCase(Header + "\u0003/ab", Description = "no newline")]
    [TestCase(Header + "\u0000", Description = "no message")]
    [TestCase(Header + "\u0003/", Description = "cut short")]
    [TestCase(Header, Description = "no answer")]
    [TestCase("", Description = "nothing")]
    [TestCase("\u0081\u0008", Description = "1,025 bytes announced")]
    [TestCase("\u00ff\u00ff\u00ff\u00ff\u000f", Description = "4 GiB announced")]
    [TestCase("\u0093\u0000", Description = "a length that is not minimal")]
    [TestCase("HTTP/1.1 400 Bad Request\r\n\r\n", Description = "another world")]
    public void Dialler_AnsweredWithAnythingElse_FailsClosed(string incoming)
    {
        var stream = new ScriptedStream(Bytes(incoming));
        Assert.That(() => Multistream.SelectAsync(stream, ["/a"]), Throws.InstanceOf<NegotiationException>());
    }

    [Test]
    public void Dialler_WithoutAUsableList_IsOurMistake()
    {
        var stream = new ScriptedStream(default);
        Assert.Multiple(() =>
        {
            Assert.That(() => Multistream.SelectAsync(stream, []), Throws.ArgumentException);
            Assert.That(() => Multistream.SelectAsync(stream, Enumerable.Range(0, 33).Select(i => $"/{i}").ToArray()), Throws.ArgumentException);
            Assert.That(() => Multistream.SelectAsync(stream, ["/a\n"]), Throws.ArgumentException);
            Assert.That(() => Multistream.SelectAsync(stream, ["na"]), Throws.ArgumentException);
            Assert.That(() => Multistream.SelectAsync(stream, [new string('a', 1024)]), Throws.ArgumentException);
            Assert.That(stream.Written.Length, Is.Zero);
        });
    }

    [Test]
    public async Task Listener_AnswersHeaderAndProposalThatCameTogetherInOneWriteAndLeavesWhatFollows()
    {
        var stream = new ScriptedStream(Bytes(Header + "\u0003/a\nrest"));
        Assert.That(await Multistream.AcceptAsync(stream, protocol => protocol == "/a"), Is.EqualTo("/a"));
        Assert.Multiple(() =>
        {
            Assert.That(Text(stream.Written), Is.EqualTo(Header + "\u0003/a\n"));
            Assert.That(stream.Writes, Is.EqualTo(1));
            Assert.That(stream.Unread, Is.EqualTo("rest".Length));
        });
    }

    [Test]
    public async Task Listener_RefusesTheListAndUnknownProtocolsPolitely()
    {
        var stream = new ScriptedStream(Bytes(Header + "\u0003ls\n\u0003/b\n\u0003/a\n"));
        Assert.That(await Multistream.AcceptAsync(stream, protocol => protocol == "/a"), Is.EqualTo("/a"));
        Assert.That(Text(stream.Written), Is.EqualTo(Header + "\u0003na\n\u0003na\n\u0003/a\n"));
    }

    [Test]
    public async Task Listener_WhoseDiallerGoesAway_HasNothing()
    {
        Assert.That(await Multistream.AcceptAsync(new ScriptedStream(Bytes(Header + "\u0003/b\n")), _ => false), Is.Null);
        Assert.That(await Multistream.AcceptAsync(new ScriptedStream(default), _ => true), Is.Null);
    }

    [Test]
    public void Listener_StopsAfterTooManyProposals()
    {
        var proposals = string.Concat(Enumerable.Repeat("\u0003/b\n", Multistream.MaxProposals + 1));
        Assert.That(() => Multistream.AcceptAsync(new ScriptedStream(Bytes(Header + proposals)), _ => false), Throws.InstanceOf<NegotiationException>());
    }

    [TestCase("\u0003/a\n", Description = "no header")]
    [TestCase(Header + "\u0003/ab", Description = "no newline")]
    [TestCase(Header + "\u0005/a", Description = "cut short")]
    [TestCase("\u0016\u0003\u0001\u0002\u0000", Description = "a TLS client hello")]
    [TestCase("GET / HTTP/1.1\r\n", Description = "a web browser")]
    public void Listener_HearingAnythingElse_FailsClosed(string incoming)
    {
        Assert.That(() => Multistream.AcceptAsync(new ScriptedStream(Bytes(incoming)), _ => true), Throws.InstanceOf<NegotiationException>());
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task Listener_SendsItsHeaderToADiallerThatWaitsForIt(CancellationToken cancellationToken)
    {
        var (dialler, listener) = DuplexPipe.Create();
        var accepting = Multistream.AcceptAsync(listener, _ => true, cancellationToken);
        var header = new byte[Header.Length];
        await dialler.ReadExactlyAsync(header, cancellationToken);
        Assert.That(Encoding.Latin1.GetString(header), Is.EqualTo(Header));
        await dialler.WriteAsync(Bytes(Header), cancellationToken);
        await dialler.WriteAsync(Bytes("\u0003/a\n"), cancellationToken);
        Assert.That(await accepting, Is.EqualTo("/a"));
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task BothSides_AgreeOverAConnectionOfSingleBytes(CancellationToken cancellationToken)
    {
        var (a, b) = DuplexPipe.Create();
        var selecting = Multistream.SelectAsync(new TrickleStream(a), ["/x", "/y"], cancellationToken);
        var accepting = Multistream.AcceptAsync(new TrickleStream(b), protocol => protocol == "/y", cancellationToken);
        Assert.That(await selecting, Is.EqualTo("/y"));
        Assert.That(await accepting, Is.EqualTo("/y"));
    }

    [Test]
    public async Task RandomBytes_EndInARefusalAndNothingElse([Values(20251122)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 3_000; i++)
        {
            // Half of the inputs start well, so that later states are reached too.
            var noise = new byte[random.Next(0, 60)];
            random.NextBytes(noise);
            if (noise.Length > 0 && random.Next(2) == 0) noise[0] = (byte)(noise.Length - 1);
            var incoming = random.Next(2) == 0 ? noise : [.. Bytes(Header), .. noise];
            Assert.That(await Outcome(Multistream.SelectAsync(new ScriptedStream(incoming), ["/a"])), Is.Null);
            Assert.That(await Outcome(Multistream.AcceptAsync(new ScriptedStream(incoming), protocol => protocol == "/a")), Is.Null);
        }

        static async Task<string?> Outcome(Task<string?> negotiation)
        {
            try
            {
                return await negotiation;
            }
            catch (NegotiationException)
            {
                return null;
            }
        }
    }
}
