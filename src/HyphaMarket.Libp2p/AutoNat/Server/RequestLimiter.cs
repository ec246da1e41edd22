using System.Net;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.AutoNat.Server;

/// <summary>Counts requests in the present minute and at the present moment: in total, by peer and by IP group. No I/O.</summary>
/// <remarks>
/// Minutes follow each other without overlap, so around their border twice as many pass in a short while; in return only admitted
/// requests are remembered, and the tables never hold more than a minute's total.
/// </remarks>
internal sealed class RequestLimiter(AutoNatServerOptions options)
{
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);

    private readonly Dictionary<PeerId, int> _byPeer = [];
    private readonly Dictionary<IpGroup, int> _byIp = [];
    private readonly Dictionary<PeerId, int> _active = [];
    private TimeSpan _windowStart = TimeSpan.MinValue;
    private int _total;
    private int _foreign;
    private int _activeTotal;

    /// <summary>Admits a request, which <see cref="Leave"/> must end, or refuses it.</summary>
    /// <param name="ip">The asking peer's; null where its transport has none.</param>
    public bool TryEnter(TimeSpan now, PeerId peer, IPAddress? ip)
    {
        Turn(now);
        if (_activeTotal >= options.MaxConcurrentRequests || _active.GetValueOrDefault(peer) >= options.MaxConcurrentRequestsPerPeer) return false;
        if (_total >= options.MaxRequestsPerMinute || _byPeer.GetValueOrDefault(peer) >= options.MaxRequestsPerPeerPerMinute) return false;
        if (ip is not null)
        {
            var group = new IpGroup(ip);
            var count = _byIp.GetValueOrDefault(group);
            if (count >= options.MaxRequestsPerIpPerMinute) return false;
            _byIp[group] = count + 1;
        }
        _byPeer[peer] = _byPeer.GetValueOrDefault(peer) + 1;
        _active[peer] = _active.GetValueOrDefault(peer) + 1;
        _total++;
        _activeTotal++;
        return true;
    }

    /// <summary>Admits a dial to another IP address than the asking peer's.</summary>
    public bool TryEnterForeign(TimeSpan now)
    {
        Turn(now);
        if (_foreign >= options.MaxForeignDialsPerMinute) return false;
        _foreign++;
        return true;
    }

    public void Leave(PeerId peer)
    {
        _activeTotal--;
        if (--_active[peer] == 0) _active.Remove(peer);
    }

    private void Turn(TimeSpan now)
    {
        if (_windowStart != TimeSpan.MinValue && now - _windowStart < s_window) return;
        _windowStart = now;
        _total = 0;
        _foreign = 0;
        _byPeer.Clear();
        _byIp.Clear();
    }
}
