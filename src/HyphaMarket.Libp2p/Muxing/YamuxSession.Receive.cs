namespace HyphaMarket.Libp2p.Muxing;

internal sealed partial class YamuxSession
{
    private readonly byte[] _headerBytes = new byte[YamuxHeader.Size];
    private int _headerFilled;
    private YamuxHeader _frame;
    private uint _payloadLeft;
    private YamuxStreamState? _payloadStream;

    /// <summary>Takes bytes from the channel, in pieces of any size. Stops at the first violation.</summary>
    public void OnReceived(ReadOnlySpan<byte> bytes, TimeSpan now)
    {
        if (!bytes.IsEmpty) _lastReceived = now;
        while (!bytes.IsEmpty && Violation is null)
        {
            if (_payloadLeft > 0)
            {
                var take = (int)Math.Min(_payloadLeft, (uint)bytes.Length);
                _payloadLeft -= (uint)take;
                if (_payloadStream is { } stream) Deliver(stream, bytes[..take], now);
                bytes = bytes[take..];
                if (_payloadLeft == 0) EndFrame();
                continue;
            }
            if (_headerFilled == 0 && bytes.Length >= YamuxHeader.Size)
            {
                _frame = YamuxHeader.Read(bytes);
                bytes = bytes[YamuxHeader.Size..];
            }
            else
            {
                var take = Math.Min(YamuxHeader.Size - _headerFilled, bytes.Length);
                bytes[..take].CopyTo(_headerBytes.AsSpan(_headerFilled));
                _headerFilled += take;
                bytes = bytes[take..];
                if (_headerFilled < YamuxHeader.Size) return;
                _headerFilled = 0;
                _frame = YamuxHeader.Read(_headerBytes);
            }
            OnHeader(now);
        }
    }

    private void OnHeader(TimeSpan now)
    {
        // "At the current time, the field is always set to 0, to indicate the initial version."
        if (_frame.Version != 0)
        {
            Violate(YamuxGoAwayCode.ProtocolError, $"A frame has version {_frame.Version}.");
            return;
        }
        switch (_frame.Type)
        {
            case YamuxFrameType.Data:
            case YamuxFrameType.WindowUpdate:
                OnStreamFrame();
                break;
            case YamuxFrameType.Ping:
                OnPing(now);
                break;
            case YamuxFrameType.GoAway:
                if (!RequireSession()) break;
                _remoteGoneAway = true;
                _events.Enqueue(new YamuxEvent(YamuxEventKind.GoAwayReceived, null, unchecked((int)_frame.Length)));
                NotifyOpeners();
                break;
            default:
                Violate(YamuxGoAwayCode.ProtocolError, $"A frame has the unknown type {(byte)_frame.Type}.");
                break;
        }
        // A flood of questions, or of streams to refuse, that we cannot answer because the peer does not read.
        if (_output.Count > _options.OutputBufferBytes + _options.MaxFrameBytes + _options.MaxControlBacklogBytes)
        {
            Violate(YamuxGoAwayCode.InternalError, "The peer causes more control frames than it reads.");
        }
    }

    /// <summary>"Both Ping and Go Away messages should always use the 0 StreamID."</summary>
    private bool RequireSession()
    {
        if (_frame.StreamId == 0) return true;
        Violate(YamuxGoAwayCode.ProtocolError, $"A {_frame.Type} frame names stream {_frame.StreamId}.");
        return false;
    }

    private void OnStreamFrame()
    {
        // "the 0 ID is reserved to represent the session"
        if (_frame.StreamId == 0)
        {
            Violate(YamuxGoAwayCode.ProtocolError, "A stream frame names stream 0.");
            return;
        }
        var isData = _frame.Type == YamuxFrameType.Data;
        _streams.TryGetValue(_frame.StreamId, out var stream);
        if (_frame.Has(YamuxFlags.Syn))
        {
            if (stream is not null || (_frame.StreamId & 1) == (_nextId & 1))
            {
                Violate(YamuxGoAwayCode.ProtocolError, $"The peer opened stream {_frame.StreamId}, which is {(stream is null ? "ours to open" : "open already")}.");
                return;
            }
            stream = AcceptOrRefuse();
        }
        if (stream is { IsOutbound: true }) OnAcknowledged(stream);

        if (isData && _frame.Length > 0)
        {
            // "Both sides should track the number of bytes sent in Data frames only": more than the window is a peer that ignores flow control.
            // A stream that is gone may have a frame under way, at most as long as the largest window we ever give.
            var window = stream?.ReceiveWindow ?? _options.MaxWindowBytes;
            if (_frame.Length > window)
            {
                Violate(YamuxGoAwayCode.ProtocolError, $"A data frame of {_frame.Length} bytes exceeds the window of {window}.");
                return;
            }
            if (stream is { ReadFinished: true })
            {
                Violate(YamuxGoAwayCode.ProtocolError, $"Data follows the end of stream {stream.Id}.");
                return;
            }
            if (stream is not null) stream.ReceiveWindow -= _frame.Length;
            _payloadLeft = _frame.Length;
            _payloadStream = stream;
            return;
        }
        if (!isData && stream is not null && !OnWindowUpdate(stream)) return;
        _payloadStream = stream;
        EndFrame();
    }

    private YamuxStreamState? AcceptOrRefuse()
    {
        if (_frame.Has(YamuxFlags.Rst)) return null;
        var reservation = _inbound >= _options.MaxInboundStreams || _goneAway ? null : _resources?.TryAcceptStream();
        if (_inbound >= _options.MaxInboundStreams || _goneAway || (_resources is not null && reservation is null))
        {
            // After our go-away the peer may have opened streams before it heard of it.
            if (!_goneAway) SpendWastedStream();
            // Nothing is kept of a stream refused: its later frames are those of an unknown stream.
            _output.AppendFrame(new YamuxHeader(0, YamuxFrameType.WindowUpdate, YamuxFlags.Rst, _frame.StreamId, 0), []);
            return null;
        }
        var stream = new YamuxStreamState(_frame.StreamId, isOutbound: false) { Reservation = reservation };
        _streams.Add(stream.Id, stream);
        _inbound++;
        _events.Enqueue(new YamuxEvent(YamuxEventKind.StreamOpened, stream, 0));
        return stream;
    }

    private bool OnWindowUpdate(YamuxStreamState stream)
    {
        stream.SendWindow += _frame.Length;
        if (stream.SendWindow > uint.MaxValue)
        {
            Violate(YamuxGoAwayCode.ProtocolError, $"The window of stream {stream.Id} exceeds 32 bits.");
            return false;
        }
        if (stream.WritePending && stream.SendWindow > 0)
        {
            Enqueue(stream);
            Pump();
        }
        return true;
    }

    /// <summary>Applies the flags that come after a frame's payload.</summary>
    private void EndFrame()
    {
        var stream = _payloadStream;
        _payloadStream = null;
        if (stream is null || stream.IsReset) return;
        if (_frame.Has(YamuxFlags.Fin) && !stream.ReadFinished)
        {
            stream.ReadFinished = true;
            if (CancelRead(stream)) _events.Enqueue(new YamuxEvent(YamuxEventKind.ReadCompleted, stream, 0));
            if (stream.WriteClosed) Remove(stream);
        }
        if (!_frame.Has(YamuxFlags.Rst)) return;
        // Before our first answer it cannot have been of use to the peer.
        if (!stream.IsOutbound && stream.AckPending) SpendWastedStream();
        Abort(stream, keepReceived: stream.ReadFinished);
    }

    /// <summary>The peer opened a stream for nothing: one beyond its limit, or one that it reset before we had said a word.</summary>
    private void SpendWastedStream()
    {
        if (!_wastedStreams.TrySpend(_lastReceived)) Violate(YamuxGoAwayCode.InternalError, "The peer opens streams only to reset them, or far beyond its limit.");
    }

    private void Deliver(YamuxStreamState stream, ReadOnlySpan<byte> bytes, TimeSpan now)
    {
        if (stream.IsReset) return;
        if (stream.Released)
        {
            stream.DroppedBytes += bytes.Length;
            if (stream.DroppedBytes > _options.CloseLingerBytes) Reset(stream);
            return;
        }
        if (stream.ReadPending)
        {
            // The reader's own memory: one copy less than through the queue.
            var target = stream.ReadTarget.Span;
            var take = Math.Min(target.Length, bytes.Length);
            bytes[..take].CopyTo(target);
            bytes = bytes[take..];
            CancelRead(stream);
            _events.Enqueue(new YamuxEvent(YamuxEventKind.ReadCompleted, stream, take));
            Credit(stream, take, now);
            if (bytes.IsEmpty) return;
        }
        var buffered = BufferedBytes + bytes.Length;
        if (buffered > _options.MaxBufferedBytes || !TryHold(buffered, _extraWindow, _output.Count, urgent: true))
        {
            Reset(stream);
            return;
        }
        stream.Received.Append(bytes);
        BufferedBytes += bytes.Length;
    }
}
