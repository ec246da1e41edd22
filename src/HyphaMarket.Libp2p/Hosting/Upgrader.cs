using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Negotiation;
using HyphaMarket.Libp2p.Security;
using HyphaMarket.Libp2p.Security.Noise;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Makes a raw connection secret, authenticated and muxed: multistream <c>/noise</c>, Noise XX, then Yamux as agreed within Noise or by multistream.</summary>
/// <remarks>Source: libp2p/specs connections/README.md, "Upgrading connections".</remarks>
internal sealed class Upgrader(NoiseIdentity identity, HostOptions options, TimeProvider time)
{
    private static readonly string[] s_security = [NoiseHandshaker.ProtocolId];
    private static readonly string[] s_muxers = [YamuxSession.ProtocolId];

    /// <summary>Upgrades within one deadline; on failure the raw connection is closed.</summary>
    /// <param name="expected">The peer that was dialled; null for an inbound connection.</param>
    /// <exception cref="IOException">The peer is not the one expected, broke a protocol, or was too slow; the message says which.</exception>
    public async Task<MuxedConnection> UpgradeAsync(TransportConnection raw, PeerId? expected, CancellationToken cancellationToken)
    {
        var initiator = expected is not null;
        var channel = raw.Channel;
        using var deadline = new Deadline(options.UpgradeTimeout, time, cancellationToken);
        try
        {
            await AgreeAsync(channel, initiator, s_security, deadline.Token);
            var secure = await NoiseHandshaker.HandshakeAsync(channel, initiator, identity, expected, s_muxers, deadline.Token);
            channel = secure.Channel;
            // The handshaker compares too; connecting to somebody else must not depend on one line of code.
            if (expected is { } peer && peer != secure.RemotePeer) throw new IOException($"the peer that answered is {secure.RemotePeer}");
            if (secure.NegotiatedMuxer is null) await AgreeAsync(channel, initiator, s_muxers, deadline.Token);
            return new YamuxConnection(channel, secure.RemotePeer, initiator, options.Yamux, time);
        }
        catch (Exception exception)
        {
            await channel.DisposeAsync();
            if (exception is OperationCanceledException && deadline.HasPassed && !cancellationToken.IsCancellationRequested)
            {
                throw new IOException($"the handshake was not finished within {options.UpgradeTimeout.TotalSeconds:0.###} s", exception);
            }
            throw;
        }
    }

    private static async Task AgreeAsync(Stream channel, bool initiator, string[] protocols, CancellationToken cancellationToken)
    {
        var agreed = initiator
            ? await Multistream.SelectAsync(channel, protocols, cancellationToken)
            : await Multistream.AcceptAsync(channel, offered => protocols.Contains(offered, StringComparer.Ordinal), cancellationToken);
        if (agreed is null) throw new IOException(initiator ? $"the peer does not speak {protocols[0]}" : "the peer closed the connection during negotiation");
    }
}
