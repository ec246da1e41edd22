namespace HyphaMarket.Node.Api.Server;

/// <summary>Lets so many through in a second, and twice as many at once after a rest. Safe for use by many threads.</summary>
internal sealed class TokenBucket
{
    private readonly Lock _gate = new();
    private readonly double _perSecond;
    private readonly TimeProvider _time;
    private double _left;
    private long _at;

    public TokenBucket(double perSecond, TimeProvider time) => (_perSecond, _time, _left, _at) = (perSecond, time, 2 * perSecond, time.GetTimestamp());

    /// <param name="wait">When there will be room, where there is none now.</param>
    public bool TryTake(out TimeSpan wait)
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            _left = Math.Min(2 * _perSecond, _left + (_time.GetElapsedTime(_at, now).TotalSeconds * _perSecond));
            _at = now;
            wait = _left >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _left) / _perSecond);
            if (_left < 1) return false;
            _left--;
            return true;
        }
    }
}
