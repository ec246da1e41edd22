using HyphaMarket.Libp2p.Muxing;

namespace HyphaMarket.Libp2p.Tests.Muxing;

/// <summary>Two sessions and the wires between them: bytes move only when a test says so, in pieces of the sizes it wants.</summary>
internal sealed class YamuxPair
{
    private readonly Queue<byte> _toListener = new();
    private readonly Queue<byte> _toDialler = new();

    public YamuxPair(YamuxOptions? options = null)
    {
        Options = options ?? new YamuxOptions();
        Dialler = new YamuxSession(Options, isDialler: true, TimeSpan.Zero);
        Listener = new YamuxSession(Options, isDialler: false, TimeSpan.Zero);
    }

    public YamuxOptions Options { get; }

    public YamuxSession Dialler { get; }

    public YamuxSession Listener { get; }

    public TimeSpan Now { get; set; }

    /// <summary>Events of the dialler that nobody has looked at.</summary>
    public List<YamuxEvent> DiallerEvents { get; } = [];

    public List<YamuxEvent> ListenerEvents { get; } = [];

    /// <summary>Moves everything both ways until nothing is left to move.</summary>
    public void Settle(Func<int>? pieceSize = null)
    {
        while (Step(pieceSize ?? (() => int.MaxValue)))
        {
        }
    }

    public bool Step(Func<int> pieceSize)
    {
        Drain(Dialler, _toListener, DiallerEvents);
        Drain(Listener, _toDialler, ListenerEvents);
        var moved = Move(_toListener, Listener, ListenerEvents, pieceSize());
        return Move(_toDialler, Dialler, DiallerEvents, pieceSize()) || moved || Dialler.HasOutput || Listener.HasOutput;
    }

    /// <summary>Opens a stream and brings it to the listener.</summary>
    public (YamuxStreamState Ours, YamuxStreamState Theirs) Open()
    {
        Assert.That(Dialler.TryOpen(out var ours), Is.True);
        Assert.That(Dialler.BeginWrite(ours!, new byte[] { 0x55 }), Is.EqualTo(YamuxOutcome.Done));
        Settle();
        var theirs = ListenerEvents.Last(happened => happened.Kind == YamuxEventKind.StreamOpened).Stream!;
        Assert.That(Listener.BeginRead(theirs, new byte[1], Now, out var count), Is.EqualTo(YamuxOutcome.Done));
        Assert.That(count, Is.EqualTo(1));
        return (ours!, theirs);
    }

    private static void Drain(YamuxSession session, Queue<byte> wire, List<YamuxEvent> events)
    {
        while (session.HasOutput)
        {
            foreach (var value in session.TakeOutput().Span) wire.Enqueue(value);
            session.OnOutputSent();
        }
        while (session.TryTake(out var happened)) events.Add(happened);
    }

    private bool Move(Queue<byte> wire, YamuxSession session, List<YamuxEvent> events, int piece)
    {
        if (wire.Count == 0) return false;
        var bytes = new byte[Math.Min(piece, wire.Count)];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = wire.Dequeue();
        session.OnReceived(bytes, Now);
        while (session.TryTake(out var happened)) events.Add(happened);
        return true;
    }
}
