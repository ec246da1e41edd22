namespace HyphaMarket.Libp2p.Muxing;

/// <summary>The Yamux protocol of one connection, without I/O: bytes come in, streams are read and written, bytes go out.</summary>
/// <remarks>
/// Source: libp2p/specs yamux/README.md (the hashicorp specification), protocol id <c>/yamux/1.0.0</c>. Not safe for concurrent use: the driver
/// holds one lock. After every call the driver takes the events (<see cref="TryTake"/>) and sends the output (<see cref="TakeOutput"/>).
/// Time is what has passed since any fixed instant; it never goes back.
/// </remarks>
internal sealed partial class YamuxSession
{
    public const string ProtocolId = "/yamux/1.0.0";

    private readonly YamuxOptions _options;
    private readonly Dictionary<uint, YamuxStreamState> _streams = [];
    private readonly Queue<YamuxEvent> _events = new();
    private uint _nextId;
    private int _inbound;
    private int _outbound;
    private int _unacknowledged;
    private bool _openRefused;
    private bool _remoteGoneAway;
    private bool _goneAway;
    private readonly IMuxerResources? _resources;
    private RateBudget _pings;
    private RateBudget _wastedStreams;

    /// <param name="isDialler">"The client side should use odd ID's, and the server even."</param>
    /// <param name="resources">Asked for streams and memory; null where only <paramref name="options"/> bound them.</param>
    public YamuxSession(YamuxOptions options, bool isDialler, TimeSpan now, IMuxerResources? resources = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _nextId = isDialler ? 1u : 2u;
        _lastReceived = now;
        _resources = resources;
        _pings = new RateBudget(options.PingBurst, options.PingsPerSecond);
        _wastedStreams = new RateBudget(options.WastedStreamBurst, options.WastedStreamsPerSecond);
    }

    /// <summary>Streams open in either direction.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>Streams the peer has open.</summary>
    public int InboundStreams => _inbound;

    /// <summary>Bytes received and not yet read, over all streams.</summary>
    public int BufferedBytes { get; private set; }

    /// <summary>Set once the session must end; nothing is accepted from the peer any more.</summary>
    public YamuxViolation? Violation { get; private set; }

    /// <summary>Opens a stream; nothing is sent before its first bytes.</summary>
    /// <returns>False at a limit (then <see cref="YamuxEventKind.OpenAllowed"/> follows) or when the session is ending.</returns>
    public bool TryOpen(out YamuxStreamState? stream)
    {
        stream = null;
        if (!CanOpen) return false;
        if (_outbound >= _options.MaxOutboundStreams || _unacknowledged >= _options.AckBacklog)
        {
            _openRefused = true;
            return false;
        }
        stream = new YamuxStreamState(_nextId, isOutbound: true);
        _nextId += 2;
        _streams.Add(stream.Id, stream);
        _outbound++;
        _unacknowledged++;
        return true;
    }

    /// <summary>False once either side said go-away, the session must end, or the stream ids are used up: no stream will open again.</summary>
    public bool CanOpen => Violation is null && !_goneAway && !_remoteGoneAway && _nextId < uint.MaxValue - 2;

    /// <summary>Reads what is there, or leaves the target with the session until bytes come. One read at a time for each stream.</summary>
    /// <param name="count">Bytes read where done; 0 is the end.</param>
    public YamuxOutcome BeginRead(YamuxStreamState stream, Memory<byte> target, TimeSpan now, out int count)
    {
        ArgumentNullException.ThrowIfNull(stream);
        count = 0;
        if (stream.Received.Length > 0)
        {
            count = stream.Received.Read(target.Span);
            BufferedBytes -= count;
            Credit(stream, count, now);
            TrimMemory();
            return YamuxOutcome.Done;
        }
        // The peer finished before the reset: what it said is complete, and the reset only tells our writer.
        if (stream.ReadFinished) return YamuxOutcome.Done;
        if (stream.IsReset) return YamuxOutcome.Failed;
        // A reader who has nothing to send must still tell the peer that the stream exists.
        if (stream.SynPending) AppendWindowUpdate(stream, 0, YamuxFlags.None);
        stream.ReadTarget = target;
        stream.ReadPending = true;
        return YamuxOutcome.Pending;
    }

    /// <summary>Takes a pending read's target back; no byte is lost. False where it is not pending any more.</summary>
    public bool CancelRead(YamuxStreamState stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.ReadPending) return false;
        stream.ReadPending = false;
        stream.ReadTarget = default;
        return true;
    }

    /// <summary>Puts bytes into the output, as many as the stream's window and the output's bound allow; the rest stays with the session. One write at a time for each stream.</summary>
    public YamuxOutcome BeginWrite(YamuxStreamState stream, ReadOnlyMemory<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.IsReset || stream.WriteClosed) return YamuxOutcome.Failed;
        if (_ready.Count == 0) bytes = bytes[AppendData(stream, bytes.Span)..];
        if (bytes.IsEmpty) return YamuxOutcome.Done;
        stream.WriteRest = bytes;
        stream.WritePending = true;
        if (stream.SendWindow > 0) Enqueue(stream);
        return YamuxOutcome.Pending;
    }

    /// <summary>Gives up on the rest of a pending write; what is in the output already is sent. False where it is not pending any more.</summary>
    public bool CancelWrite(YamuxStreamState stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.WritePending) return false;
        stream.WritePending = false;
        stream.WriteRest = default;
        return true;
    }

    /// <summary>Half close: "the sender will send no further data". Not while a write is pending.</summary>
    public void CloseWrite(YamuxStreamState stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.WriteClosed || stream.IsReset) return;
        if (stream.WritePending) throw new InvalidOperationException("A write is under way.");
        AppendWindowUpdate(stream, 0, YamuxFlags.Fin);
        stream.WriteClosed = true;
        if (stream.ReadFinished) Remove(stream);
    }

    /// <summary>Ends both directions, frees what is buffered and tells the peer.</summary>
    public void Reset(YamuxStreamState stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        // A stream of which the peer never heard ends without a word.
        if (IsOpen(stream) && !stream.IsReset && !stream.SynPending) AppendWindowUpdate(stream, 0, YamuxFlags.Rst);
        Abort(stream, keepReceived: false);
    }

    /// <summary>
    /// The application is done with the stream: closes the write side, drops what was not read, and gives the peer
    /// <see cref="YamuxOptions.CloseLinger"/> to finish before the stream is reset, so that a last answer is not lost to a reset behind it.
    /// </summary>
    public void Release(YamuxStreamState stream, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.Released) return;
        stream.Released = true;
        CancelRead(stream);
        DropReceived(stream);
        if (stream.IsReset || !IsOpen(stream)) return;
        if (stream.WritePending || stream.SynPending)
        {
            Reset(stream);
            return;
        }
        CloseWrite(stream);
        if (stream.ReadFinished) return;
        stream.LingerUntil = now + _options.CloseLinger;
        stream.LingerNode = _lingering.AddLast(stream);
    }

    /// <summary>Tells the peer that no more streams are welcome and why. Streams under way go on.</summary>
    public void GoAway(YamuxGoAwayCode code)
    {
        if (_goneAway) return;
        _goneAway = true;
        _output.AppendFrame(new YamuxHeader(0, YamuxFrameType.GoAway, YamuxFlags.None, 0, (uint)code), []);
    }

    /// <summary>The channel is gone: every stream is reset.</summary>
    public void OnChannelEnded()
    {
        _remoteGoneAway = true;
        foreach (var stream in _streams.Values.ToArray()) Abort(stream, keepReceived: stream.ReadFinished);
        NotifyOpeners();
    }

    /// <summary>Takes the next event.</summary>
    public bool TryTake(out YamuxEvent next) => _events.TryDequeue(out next);

    private void Abort(YamuxStreamState stream, bool keepReceived)
    {
        if (stream.IsReset) return;
        stream.IsReset = true;
        if (!keepReceived)
        {
            stream.ReadFinished = false;
            DropReceived(stream);
        }
        if (CancelRead(stream)) _events.Enqueue(new YamuxEvent(YamuxEventKind.ReadFailed, stream, 0));
        if (CancelWrite(stream)) _events.Enqueue(new YamuxEvent(YamuxEventKind.WriteFailed, stream, 0));
        Remove(stream);
    }

    private void Remove(YamuxStreamState stream)
    {
        if (!IsOpen(stream)) return;
        _streams.Remove(stream.Id);
        _extraWindow -= stream.WindowLimit - YamuxOptions.InitialWindowBytes;
        TrimMemory();
        if (stream.LingerNode is { } node) _lingering.Remove(node);
        stream.LingerNode = null;
        if (!stream.IsOutbound)
        {
            _inbound--;
            return;
        }
        _outbound--;
        stream.Reservation?.Dispose();
        OnAcknowledged(stream);
        NotifyOpeners();
    }

    /// <summary>By object and not by id: the peer may use the id of a closed stream again while somebody here still holds the old one.</summary>
    private bool IsOpen(YamuxStreamState stream) => _streams.TryGetValue(stream.Id, out var open) && open == stream;

    private void OnAcknowledged(YamuxStreamState stream)
    {
        if (stream.Acknowledged) return;
        stream.Acknowledged = true;
        _unacknowledged--;
        NotifyOpeners();
    }

    private void NotifyOpeners()
    {
        if (!_openRefused) return;
        _openRefused = false;
        _events.Enqueue(new YamuxEvent(YamuxEventKind.OpenAllowed, null, 0));
    }

    /// <summary>Has a reservation given back when the stream, which we opened, leaves the session.</summary>
    /// <returns>False where it has left already.</returns>
    internal bool TryHoldUntilRemoved(YamuxStreamState stream, IDisposable reservation)
    {
        if (!IsOpen(stream)) return false;
        stream.Reservation = reservation;
        return true;
    }

    private void DropReceived(YamuxStreamState stream)
    {
        BufferedBytes -= stream.Received.Length;
        stream.Received.Clear();
        TrimMemory();
    }

    private void Violate(YamuxGoAwayCode code, string message)
    {
        if (Violation is not null) return;
        Violation = new YamuxViolation(code, message);
        GoAway(code);
    }
}
