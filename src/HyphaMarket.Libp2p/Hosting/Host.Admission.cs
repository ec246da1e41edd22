using System.Net;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Resources;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Hosting;

public sealed partial class Host
{
    /// <summary>Others may take a place that was made free; then the next least valued gives way, a few times.</summary>
    private const int MaxVictims = 3;

    /// <summary>Looking for connections to trim costs a pass over all of them.</summary>
    private static readonly TimeSpan s_trimPause = TimeSpan.FromSeconds(1);

    private readonly PeerValues _values;
    private long _trimmedTicks = long.MinValue;

    /// <summary>Whom this node never connects with, and whom whatever the limits. Asked for each dial, each accepted connection, and again once the peer has proved who it is.</summary>
    public ConnectionGater Gater { get; } = new();

    public void Tag(PeerId peer, string tag, int weight, TimeSpan? halfLife = null) => _values.Tag(peer, tag, weight, halfLife, Now);

    public void Untag(PeerId peer, string tag) => _values.Untag(peer, tag);

    public void Protect(PeerId peer, string tag) => _values.Protect(peer, tag, Now);

    public bool Unprotect(PeerId peer, string tag) => _values.Unprotect(peer, tag);

    /// <summary>What the tags of a peer add up to now.</summary>
    internal double ValueOf(PeerId peer) => _values.ValueOf(peer, Now);

    /// <summary>Reserves an inbound connection before anything is spent on it; null where a limit or the gater refuses it.</summary>
    private ConnectionScope? TryReserve(TransportConnection raw)
    {
        var verdict = Gater.Of(raw.RemoteIp);
        return verdict == GateVerdict.Denied ? null : _resources.TryOpenConnection(ConnectionDirection.Inbound, raw.RemoteIp, verdict == GateVerdict.Allowed);
    }

    /// <summary>Decides on a connection whose peer is known now. At a full house a peer that is worth more than another takes its place.</summary>
    /// <exception cref="ConnectionRefusedException">It is not kept.</exception>
    private async ValueTask AdmitAsync(PeerId peer, IPAddress? address, ConnectionScope scope)
    {
        var verdict = Gater.Of(peer, address);
        if (peer == Id) throw Refused(ConnectionRefusal.Self);
        if (verdict == GateVerdict.Denied) throw Refused(ConnectionRefusal.Denied);
        var refusal = scope.TryAssignPeer(peer, verdict == GateVerdict.Allowed);
        for (var victims = 0; victims < MaxVictims && refusal is ConnectionRefusal.Total or ConnectionRefusal.Inbound; victims++)
        {
            var onlyInbound = refusal == ConnectionRefusal.Inbound;
            if (!ConnectionTrimming.TryChooseFor(ValueOf(peer), TrimCandidates(onlyInbound), out var victim)) break;
            await TrimAsync(victim!);
            refusal = scope.TryAssignPeer(peer, verdict == GateVerdict.Allowed);
        }
        if (refusal != ConnectionRefusal.None) throw Refused(refusal);
    }

    /// <summary>Closes the least valued connections where the limits are near.</summary>
    private async Task TrimAsync()
    {
        var use = _resources.Use;
        var limits = _resources.Options;
        var inbound = ConnectionTrimming.Excess(use.InboundConnections, limits.MaxInboundConnections, _options.Connections);
        var total = ConnectionTrimming.Excess(use.Connections, limits.MaxConnections, _options.Connections);
        if (inbound + total == 0) return;
        var victims = ConnectionTrimming.Choose(TrimCandidates(onlyInbound: true), inbound, _options.Connections.GracePeriod).ToHashSet();
        var others = TrimCandidates(onlyInbound: false).Where(candidate => !victims.Contains(candidate.Connection));
        victims.UnionWith(ConnectionTrimming.Choose(others, total - victims.Count, _options.Connections.GracePeriod));
        await Task.WhenAll(victims.Select(TrimAsync));
    }

    /// <summary>Begins to trim if the limits are near, at most once a second.</summary>
    private void TrimSoon()
    {
        var use = _resources.Use;
        if (ConnectionTrimming.Excess(use.InboundConnections, _resources.Options.MaxInboundConnections, _options.Connections) == 0
            && ConnectionTrimming.Excess(use.Connections, _resources.Options.MaxConnections, _options.Connections) == 0)
        {
            return;
        }
        var last = Interlocked.Read(ref _trimmedTicks);
        if (last != long.MinValue && Now.Ticks - last < s_trimPause.Ticks) return;
        if (Interlocked.CompareExchange(ref _trimmedTicks, Now.Ticks, last) == last) Run(TrimAsync);
    }

    private async Task TrimAsync(HostConnection victim)
    {
        LogTrimmed(victim.Peer, victim.RemoteAddress, ValueOf(victim.Peer));
        await victim.Muxer.DisposeAsync();
        await victim.Released;
    }

    private IEnumerable<TrimCandidate<HostConnection>> TrimCandidates(bool onlyInbound)
    {
        var now = Now;
        foreach (var open in _table.All())
        {
            // Whose place it takes: a hole punch may have made us the listener of a connection that we dialled.
            var isInbound = open.Scope.Direction == ConnectionDirection.Inbound;
            if (open.IsClosing || (onlyInbound && !isInbound)) continue;
            yield return new TrimCandidate<HostConnection>(open, _values.ValueOf(open.Peer, now), isInbound, open.Muxer.StreamCount == 0, now - open.Opened);
        }
    }

    /// <summary>The lists changed: what they deny is closed.</summary>
    private void OnGaterChanged()
    {
        foreach (var open in _table.All().Where(open => Gater.Of(open.Peer, open.RemoteIp) == GateVerdict.Denied))
        {
            LogDenied(open.Peer, open.RemoteAddress);
            Run(() => open.Muxer.DisposeAsync().AsTask());
        }
    }

    /// <summary>The IP address that dialling an address begins with; null for a name.</summary>
    private static IPAddress? IpOf(Multiaddr address)
    {
        var first = address.Components[0];
        return first.Protocol == MultiaddrProtocol.Ip4 || first.Protocol == MultiaddrProtocol.Ip6 ? new IPAddress(first.Value.Span) : null;
    }

    private static ConnectionRefusedException Refused(ConnectionRefusal refusal) => new(refusal, refusal switch
    {
        ConnectionRefusal.Self => "it is this node itself",
        ConnectionRefusal.Closing => "this node is closing",
        ConnectionRefusal.Busy => "this node is far behind with its events",
        ConnectionRefusal.Memory => "as much memory as allowed is in use",
        ConnectionRefusal.Pending => "as many connections as allowed are being upgraded, or its address is denied",
        ConnectionRefusal.Denied => "it is on the deny list",
        _ => $"as many connections as allowed are open ({refusal})",
    });
}
