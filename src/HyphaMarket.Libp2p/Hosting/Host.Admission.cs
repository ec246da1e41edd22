using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Resources;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Hosting;

public sealed partial class Host
{
    /// <summary>Reserves an inbound connection before anything is spent on it; null where a limit refuses it.</summary>
    private ConnectionScope? TryReserve(TransportConnection raw) => _resources.TryOpenConnection(ConnectionDirection.Inbound, raw.RemoteIp);

    /// <summary>Decides on a connection whose peer is known now.</summary>
    /// <exception cref="ConnectionRefusedException">It is not kept.</exception>
    private ValueTask AdmitAsync(PeerId peer, ConnectionScope scope)
    {
        var refusal = peer == Id ? ConnectionRefusal.Self : scope.TryAssignPeer(peer);
        return refusal == ConnectionRefusal.None ? default : throw Refused(refusal);
    }

    private static ConnectionRefusedException Refused(ConnectionRefusal refusal) => new(refusal, refusal switch
    {
        ConnectionRefusal.Self => "it is this node itself",
        ConnectionRefusal.Closing => "this node is closing",
        ConnectionRefusal.Busy => "this node is far behind with its events",
        ConnectionRefusal.Memory => "as much memory as allowed is in use",
        ConnectionRefusal.Pending => "as many connections as allowed are being upgraded",
        _ => $"as many connections as allowed are open ({refusal})",
    });
}
