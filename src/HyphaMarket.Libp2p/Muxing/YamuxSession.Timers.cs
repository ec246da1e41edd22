namespace HyphaMarket.Libp2p.Muxing;

internal sealed partial class YamuxSession
{
    /// <summary>Streams the application has left and the peer has not finished, in the order of their deadlines.</summary>
    private readonly LinkedList<YamuxStreamState> _lingering = new();

    private TimeSpan _lastReceived;
    private TimeSpan _pingSent;
    private bool _pingOutstanding;
    private uint _pingValue;

    /// <summary>The shortest round trip measured; null before the first.</summary>
    public TimeSpan? RoundTrip { get; private set; }

    /// <summary>When <see cref="OnTimer"/> has something to do at the earliest.</summary>
    public TimeSpan NextTimer
    {
        get
        {
            var next = _pingOutstanding ? _pingSent + _options.KeepAliveTimeout : _lastReceived + _options.KeepAliveInterval;
            return _lingering.First is { } node && node.Value.LingerUntil < next ? node.Value.LingerUntil : next;
        }
    }

    /// <summary>Asks a silent peer whether it lives, gives up on a dead one, and resets streams that lingered too long.</summary>
    public void OnTimer(TimeSpan now)
    {
        while (_lingering.First is { } node && node.Value.LingerUntil <= now) Reset(node.Value);
        if (_pingOutstanding)
        {
            if (now - _pingSent < _options.KeepAliveTimeout) return;
            // Other bytes prove life as well as an answer does; a slow channel may have the answer behind a lot of data.
            if (_lastReceived > _pingSent) _pingOutstanding = false;
            else Violate(YamuxGoAwayCode.InternalError, "The peer did not answer a keep-alive ping.");
        }
        else if (now - _lastReceived >= _options.KeepAliveInterval)
        {
            SendPing(now);
        }
    }

    private void MeasureRoundTrip(TimeSpan now)
    {
        if (!_pingOutstanding) SendPing(now);
    }

    private void SendPing(TimeSpan now)
    {
        _pingOutstanding = true;
        _pingSent = now;
        _output.AppendFrame(new YamuxHeader(0, YamuxFrameType.Ping, YamuxFlags.Syn, 0, ++_pingValue), []);
    }

    private void OnPing(TimeSpan now)
    {
        if (!RequireSession()) return;
        if (_frame.Has(YamuxFlags.Syn))
        {
            if (!_pings.TrySpend(now))
            {
                Violate(YamuxGoAwayCode.InternalError, "The peer pings without end.");
                return;
            }
            // "Contains an opaque value, echoed back"
            _output.AppendFrame(new YamuxHeader(0, YamuxFrameType.Ping, YamuxFlags.Ack, 0, _frame.Length), []);
        }
        else if (_frame.Has(YamuxFlags.Ack) && _pingOutstanding && _frame.Length == _pingValue)
        {
            _pingOutstanding = false;
            var roundTrip = now - _pingSent;
            if (RoundTrip is null || roundTrip < RoundTrip) RoundTrip = roundTrip;
        }
    }
}
