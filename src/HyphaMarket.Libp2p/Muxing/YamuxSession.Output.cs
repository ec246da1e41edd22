namespace HyphaMarket.Libp2p.Muxing;

internal sealed partial class YamuxSession
{
    /// <summary>On one machine the wake-up of a busy reader, not the wire, is what a window must cover: about a millisecond.</summary>
    private static readonly TimeSpan ShortestRoundTrip = TimeSpan.FromMilliseconds(1);

    /// <summary>Writers that have a window and wait for room in the output, each one frame a turn.</summary>
    private readonly Queue<YamuxStreamState> _ready = new();

    private OutputBuffer _output = new();
    private OutputBuffer _sending = new();
    private int _extraWindow;

    /// <summary>There are bytes to send.</summary>
    public bool HasOutput => _output.Count > 0;

    /// <summary>
    /// Takes everything to send, and fills the other of two buffers with what waiting writers have. The memory is valid until
    /// <see cref="OnOutputSent"/>, which comes before the next call.
    /// </summary>
    public ReadOnlyMemory<byte> TakeOutput()
    {
        (_output, _sending) = (_sending, _output);
        Pump();
        return _sending.Memory;
    }

    /// <summary>What was taken has been sent, and its buffer is free again. While there is more to send its memory is kept for that.</summary>
    public void OnOutputSent()
    {
        _sending.Clear(keepArray: HasOutput);
        if (!HasOutput) _output.Clear(keepArray: false);
        TrimMemory();
    }

    private void Pump()
    {
        while (_output.Count < _options.OutputBufferBytes && _ready.TryDequeue(out var stream))
        {
            stream.Queued = false;
            if (!stream.WritePending) continue;
            var frame = stream.WriteRest[..Math.Min(stream.WriteRest.Length, _options.MaxFrameBytes)];
            var sent = AppendData(stream, frame.Span);
            stream.WriteRest = stream.WriteRest[sent..];
            if (stream.WriteRest.IsEmpty)
            {
                CancelWrite(stream);
                _events.Enqueue(new YamuxEvent(YamuxEventKind.WriteCompleted, stream, 0));
            }
            else if (stream.SendWindow > 0)
            {
                Enqueue(stream);
                // Memory is short: the next turn comes when this output has left.
                if (sent == 0) return;
            }
        }
    }

    private void Enqueue(YamuxStreamState stream)
    {
        if (stream.Queued) return;
        stream.Queued = true;
        _ready.Enqueue(stream);
    }

    private int AppendData(YamuxStreamState stream, ReadOnlySpan<byte> bytes)
    {
        var sent = 0;
        while (sent < bytes.Length && stream.SendWindow > 0 && _output.Count < _options.OutputBufferBytes)
        {
            var length = (int)Math.Min(Math.Min(bytes.Length - sent, stream.SendWindow), _options.MaxFrameBytes);
            if (!TryHold(BufferedBytes, _extraWindow, _output.Count + length, urgent: true))
            {
                if (_output.Count > 0) break;
                length = Math.Min(length, MemoryUnasked);
            }
            _output.AppendFrame(new YamuxHeader(0, YamuxFrameType.Data, TakeFlags(stream), stream.Id, (uint)length), bytes.Slice(sent, length));
            stream.SendWindow -= length;
            sent += length;
        }
        return sent;
    }

    private void AppendWindowUpdate(YamuxStreamState stream, uint delta, YamuxFlags flags) =>
        _output.AppendFrame(new YamuxHeader(0, YamuxFrameType.WindowUpdate, flags | TakeFlags(stream), stream.Id, delta), []);

    /// <summary>The first frame of a stream says SYN, the first of ours on the peer's stream says ACK.</summary>
    private static YamuxFlags TakeFlags(YamuxStreamState stream)
    {
        var flags = stream.SynPending ? YamuxFlags.Syn : stream.AckPending ? YamuxFlags.Ack : YamuxFlags.None;
        stream.SynPending = stream.AckPending = false;
        return flags;
    }

    /// <summary>
    /// Counts bytes delivered to the application, and gives them back to the peer's window once they are half of it: often enough that
    /// the peer need not stall, seldom enough that updates are a small part of the traffic.
    /// </summary>
    private void Credit(YamuxStreamState stream, int count, TimeSpan now)
    {
        stream.Delivered += count;
        if (stream.Delivered < stream.WindowLimit / 2 || stream.ReadFinished || stream.IsReset || stream.Released) return;
        var delta = stream.Delivered + GrowWindow(stream, now);
        stream.Delivered = 0;
        stream.LastUpdate = now;
        stream.ReceiveWindow += delta;
        AppendWindowUpdate(stream, (uint)delta, YamuxFlags.None);
    }

    /// <summary>
    /// Doubles a window that was half used within four round trips by a reader that keeps up: such a stream is limited by the window, while a larger one
    /// would only queue more for a slow reader. All windows together grow by at most half of the buffer bound, so that a reader that stalls
    /// afterwards cannot exhaust it.
    /// </summary>
    private int GrowWindow(YamuxStreamState stream, TimeSpan now)
    {
        if (RoundTrip is not { } roundTrip)
        {
            MeasureRoundTrip(now);
            return 0;
        }
        if (stream.Received.Length > stream.WindowLimit / 4) return 0;
        if (roundTrip < ShortestRoundTrip) roundTrip = ShortestRoundTrip;
        if (stream.LastUpdate == default || now - stream.LastUpdate >= 4 * roundTrip) return 0;
        var growth = Math.Min(stream.WindowLimit, _options.MaxWindowBytes - stream.WindowLimit);
        if (growth <= 0 || _extraWindow + growth > _options.MaxBufferedBytes / 2) return 0;
        if (!TryHold(BufferedBytes, _extraWindow + growth, _output.Count, urgent: false)) return 0;
        _extraWindow += growth;
        stream.WindowLimit += growth;
        return growth;
    }
}
