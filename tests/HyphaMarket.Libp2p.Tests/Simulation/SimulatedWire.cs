namespace HyphaMarket.Libp2p.Tests.Simulation;

/// <summary>One direction of a <see cref="SimulatedLink"/>: bytes leave at the bandwidth's pace and arrive a latency later, in order.</summary>
internal sealed class SimulatedWire(SimulatedWorld world, LinkOptions options)
{
    private readonly LinkedList<ReadOnlyMemory<byte>> _arrived = new();
    private TaskCompletionSource? _reader;
    private TaskCompletionSource? _writer;
    private TimeSpan _free;
    private int _unsent;
    private bool _completed;
    private bool _ended;
    private bool _abandoned;
    private bool _refused;

    public bool IsCut { get; set; }

    public long Written { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_completed || _refused) throw new IOException("The simulated connection is closed.");
        Written += bytes.Length;
        var copy = bytes.ToArray();
        for (var at = 0; at < copy.Length; at += options.SegmentBytes) Send(copy.AsMemory(at, Math.Min(options.SegmentBytes, copy.Length - at)));
        while (_unsent > options.SendBufferBytes)
        {
            await (_writer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            if (_completed || _refused) throw new IOException("The simulated connection is closed.");
        }
    }

    public async ValueTask<int> ReadAsync(Memory<byte> target)
    {
        while (_arrived.Count == 0 && !_ended && !_abandoned)
        {
            await (_reader = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
        if (_abandoned) throw new IOException("The simulated connection is closed.");
        var room = Math.Min(target.Length, Math.Max(1, options.ReadSize?.Invoke() ?? int.MaxValue));
        var count = 0;
        while (count < room && _arrived.First is { } first)
        {
            var piece = first.Value;
            var take = Math.Min(piece.Length, room - count);
            piece.Span[..take].CopyTo(target.Span[count..]);
            count += take;
            if (take < piece.Length) first.Value = piece[take..];
            else _arrived.RemoveFirst();
        }
        return count;
    }

    /// <summary>The writer has closed: the reader drains what is on its way and then reads the end.</summary>
    public void Complete()
    {
        if (_completed) return;
        _completed = true;
        Wake(ref _writer);
        world.After(_free - world.Now + options.Latency, () =>
        {
            if (IsCut) return;
            _ended = true;
            Wake(ref _reader);
        });
    }

    /// <summary>The reader has closed: what arrives is lost, and the writer hears of it a latency later.</summary>
    public void Abandon()
    {
        _abandoned = true;
        _arrived.Clear();
        Wake(ref _reader);
        world.After(options.Latency, () =>
        {
            if (IsCut) return;
            _refused = true;
            Wake(ref _writer);
        });
    }

    private void Send(ReadOnlyMemory<byte> segment)
    {
        _unsent += segment.Length;
        var start = _free > world.Now ? _free : world.Now;
        _free = options.BytesPerSecond is { } pace ? start + TimeSpan.FromTicks(segment.Length * TimeSpan.TicksPerSecond / pace) : start;
        world.After(_free - world.Now, () =>
        {
            _unsent -= segment.Length;
            if (_unsent <= options.SendBufferBytes) Wake(ref _writer);
        });
        world.After(_free - world.Now + options.Latency, () =>
        {
            if (IsCut || _abandoned) return;
            _arrived.AddLast(segment);
            Wake(ref _reader);
        });
    }

    private static void Wake(ref TaskCompletionSource? waiter)
    {
        var waiting = waiter;
        waiter = null;
        waiting?.TrySetResult();
    }
}
