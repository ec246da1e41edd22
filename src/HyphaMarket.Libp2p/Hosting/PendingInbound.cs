using System.Net;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Counts inbound connections whose upgrade is not finished, in total and for each address.</summary>
internal sealed class PendingInbound(int maxTotal, int maxPerIp)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IpGroup, int> _byIp = [];
    private int _total;

    public bool TryEnter(IPAddress? address)
    {
        lock (_lock)
        {
            if (_total >= maxTotal) return false;
            if (address is not null)
            {
                var group = new IpGroup(address);
                var count = _byIp.GetValueOrDefault(group);
                if (count >= maxPerIp) return false;
                _byIp[group] = count + 1;
            }
            _total++;
            return true;
        }
    }

    public void Leave(IPAddress? address)
    {
        lock (_lock)
        {
            _total--;
            if (address is null) return;
            var group = new IpGroup(address);
            if (--_byIp[group] == 0) _byIp.Remove(group);
        }
    }
}
