using System.Text;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Negotiation;
using HyphaMarket.Libp2p.Tests.Streams;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Tests.Negotiation;

public sealed class LazySelectionTests
{
    private const string Header = "\u0013/multistream/1.0.0\n";

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static string Text(MemoryStream stream) => Encoding.Latin1.GetString(stream.ToArray());

    [Test]
    public async Task FirstData_LeavesWithTheProposalInOneWrite()
    {
        var stream = new ScriptedStream(Bytes(Header + "\u0003/a\nanswer"));
        using var lazy = new LazySelection(stream, "/a");
        await lazy.WriteAsync(Bytes("question"), default);
        Assert.That(stream.Writes, Is.EqualTo(1));
        Assert.That(lazy.IsConfirmed, Is.False);
        await lazy.WriteAsync(Bytes("more"), default);
        await lazy.ConfirmAsync(default);
        Assert.Multiple(() =>
        {
            Assert.That(Text(stream.Written), Is.EqualTo(Header + "\u0003/a\nquestionmore"));
            Assert.That(lazy.IsConfirmed, Is.True);
            Assert.That(stream.Unread, Is.EqualTo("answer".Length));
        });
    }

    [Test]
    public async Task LargeData_FollowsTheProposalWhole()
    {
        var stream = new ScriptedStream(default);
        using var lazy = new LazySelection(stream, "/a");
        await lazy.WriteAsync(new byte[100_000], default);
        Assert.That(stream.Written.Length, Is.EqualTo(Header.Length + 4 + 100_000));
        Assert.That(stream.Writes, Is.EqualTo(2));
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task Reader_ThatComesDuringTheProposal_DoesNotWaitForTheDataBehindIt(CancellationToken cancellationToken)
    {
        // Room for half the proposal, so that the writer waits within it when the reader comes.
        var (near, far) = MemoryDuplex.CreatePair(capacity: 12);
        using var lazy = new LazySelection(near, "/a");
        var writing = lazy.WriteAsync(new byte[100_000], cancellationToken).AsTask();
        var reading = lazy.ConfirmAsync(cancellationToken).AsTask();
        Assert.That((writing.IsCompleted, reading.IsCompleted), Is.EqualTo((false, false)));
        await far.ReadExactlyAsync(new byte[Header.Length + 4], cancellationToken);
        await far.WriteAsync(Bytes(Header + "\u0003/a\n"), cancellationToken);
        await reading;
        Assert.That((lazy.IsConfirmed, writing.IsCompleted), Is.EqualTo((true, false)), "nobody has taken the data yet");
        await far.ReadExactlyAsync(new byte[100_000], cancellationToken);
        await writing;
    }

    [Test]
    public async Task ReadingFirst_SendsTheProposalAlone()
    {
        var stream = new ScriptedStream(Bytes(Header + "\u0003/a\n"));
        using var lazy = new LazySelection(stream, "/a");
        await lazy.ConfirmAsync(default);
        await lazy.ConfirmAsync(default);
        await lazy.WriteAsync(default, default);
        Assert.That(Text(stream.Written), Is.EqualTo(Header + "\u0003/a\n"));
    }

    [Test]
    public async Task NothingToSay_StillSendsTheProposalBeforeTheHalfClose()
    {
        var stream = new ScriptedStream(default);
        using var lazy = new LazySelection(stream, "/a");
        await lazy.WriteAsync(default, default);
        Assert.That(Text(stream.Written), Is.EqualTo(Header + "\u0003/a\n"));
    }

    [Test]
    public async Task Refusal_IsToldByEveryReadAfterIt()
    {
        var stream = new ScriptedStream(Bytes(Header + "\u0003na\n"));
        using var lazy = new LazySelection(stream, "/a");
        await lazy.WriteAsync(Bytes("question"), default);
        Assert.That(() => lazy.ConfirmAsync(default).AsTask(), Throws.InstanceOf<ProtocolNotSupportedException>());
        Assert.That(() => lazy.ConfirmAsync(default).AsTask(), Throws.InstanceOf<ProtocolNotSupportedException>());
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task CancelledRead_GoesOnLaterWhereItStopped(CancellationToken cancellationToken)
    {
        var (a, b) = DuplexPipe.Create();
        using var lazy = new LazySelection(a, "/a");
        await b.WriteAsync(Bytes(Header[..7]), cancellationToken);
        using var deadline = new CancellationTokenSource();
        var confirming = lazy.ConfirmAsync(deadline.Token).AsTask();
        await deadline.CancelAsync();
        Assert.That(async () => await confirming, Throws.InstanceOf<OperationCanceledException>());
        await b.WriteAsync(Bytes(Header[7..] + "\u0003/a\n"), cancellationToken);
        await lazy.ConfirmAsync(cancellationToken);
        Assert.That(lazy.IsConfirmed, Is.True);
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task ProposalCutShort_IsNotSentTwice(CancellationToken cancellationToken)
    {
        var (a, b) = DuplexPipe.Create(bufferedBytes: 16);
        using var lazy = new LazySelection(a, "/a");
        using var deadline = new CancellationTokenSource();
        var writing = lazy.WriteAsync(Bytes("question"), deadline.Token).AsTask();
        await deadline.CancelAsync();
        await Assert.ThatAsync(() => writing, Throws.InstanceOf<OperationCanceledException>());
        await Assert.ThatAsync(() => lazy.WriteAsync(Bytes("question"), cancellationToken).AsTask(), Throws.InstanceOf<NegotiationException>());
        await Assert.ThatAsync(() => lazy.ConfirmAsync(cancellationToken).AsTask(), Throws.InstanceOf<NegotiationException>());
        a.CloseWrite();
        using var heard = new MemoryStream();
        await b.CopyToAsync(heard, cancellationToken);
        Assert.That(Text(heard).Split("/multistream").Length - 1, Is.LessThanOrEqualTo(1));
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task Listener_ReadsTheDataBehindALazyProposal(CancellationToken cancellationToken)
    {
        var (a, b) = DuplexPipe.Create();
        using var lazy = new LazySelection(a, "/echo");
        await lazy.WriteAsync(Bytes("hello"), cancellationToken);
        Assert.That(await Multistream.AcceptAsync(b, protocol => protocol == "/echo", cancellationToken), Is.EqualTo("/echo"));
        var heard = new byte[5];
        await b.ReadExactlyAsync(heard, cancellationToken);
        await b.WriteAsync(heard, cancellationToken);
        await lazy.ConfirmAsync(cancellationToken);
        await a.ReadExactlyAsync(heard, cancellationToken);
        Assert.That(Encoding.Latin1.GetString(heard), Is.EqualTo("hello"));
    }
}
