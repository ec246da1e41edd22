using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.AutoNat.Client;

/// <summary>A server and how it fares.</summary>
internal sealed class TrackedServer(PeerId peer, IpGroup group, TimeSpan backoff)
{
    private TimeSpan _backoff = backoff;
    private bool _busy;

    public PeerId Peer => peer;

    /// <summary>Whose voice it is: servers of one group count as one.</summary>
    public IpGroup Group => group;

    public TimeSpan LastAsked { get; private set; } = TimeSpan.MinValue;

    /// <summary>It is not asked before.</summary>
    public TimeSpan NotBefore { get; private set; }

    public bool IsFree(TimeSpan now) => !_busy && NotBefore <= now;

    public void Begin(TimeSpan now)
    {
        _busy = true;
        LastAsked = now;
    }

    public void End(TimeSpan now, bool failed, AutoNatClientOptions options)
    {
        _busy = false;
        if (!failed)
        {
            _backoff = options.MinServerBackoff;
            return;
        }
        NotBefore = now + _backoff;
        _backoff = _backoff * 2 < options.MaxServerBackoff ? _backoff * 2 : options.MaxServerBackoff;
    }
}
