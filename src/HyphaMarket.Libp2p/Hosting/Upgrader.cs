using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Negotiation;
using HyphaMarket.Libp2p.Resources;
using HyphaMarket.Libp2p.Security;
using HyphaMarket.Libp2p.Security.Noise;
using HyphaMarket.Libp2p.Security.Tls;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Makes a raw connection secret, authenticated and muxed: a secure channel by multistream, then Yamux as agreed within its handshake or by multistream.</summary>
/// <remarks>Source: libp2p/specs connections/README.md, "Upgrading connections".</remarks>
internal sealed class Upgrader : IDisposable
{
    private static readonly string[] s_muxers = [YamuxSession.ProtocolId];

    private readonly HostOptions _options;
    private readonly TimeProvider _time;
    private readonly NoiseIdentity _noise;

    // Made on first use: most nodes meet no peer that wants TLS, and a certificate costs a key generation and two signatures.
    private readonly Lazy<TlsIdentity> _tls;

    /// <param name="keys">This node's identity; the caller keeps owning it.</param>
    public Upgrader(KeyPair keys, HostOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _noise = NoiseIdentity.Create(keys);
        _tls = new Lazy<TlsIdentity>(() => TlsIdentity.Create(keys, time));
    }

    /// <summary>Upgrades within one deadline; on failure the raw connection is closed, and what the scope holds is the caller's to give back.</summary>
    /// <param name="expected">The peer that was dialled; null for an inbound connection.</param>
    /// <param name="initiator">This side speaks first, as whoever dials does unless both sides dial at the same moment.</param>
    /// <param name="scope">What the muxer asks for streams and memory.</param>
    /// <param name="admit">Called once the peer has proved who it is, before anything is made for it; what it throws refuses the connection.</param>
    /// <exception cref="IOException">The peer is not the one expected, broke a protocol, or was too slow; the message says which.</exception>
    public async Task<MuxedConnection> UpgradeAsync(TransportConnection raw, PeerId? expected, bool initiator, ConnectionScope scope, Func<PeerId, ValueTask> admit, CancellationToken cancellationToken)
    {
        var channel = raw.Channel;
        using var deadline = new Deadline(_options.UpgradeTimeout, _time, cancellationToken);
        try
        {
            var security = await AgreeAsync(channel, initiator, _options.SecurityProtocols, deadline.Token);
            var secure = security == TlsHandshaker.ProtocolId
                ? await TlsHandshaker.HandshakeAsync(channel, initiator, _tls.Value, expected, s_muxers, deadline.Token)
                : await NoiseHandshaker.HandshakeAsync(channel, initiator, _noise, expected, s_muxers, deadline.Token);
            channel = secure.Channel;
            // The handshaker compares too; connecting to somebody else must not depend on one line of code.
            if (expected is { } peer && peer != secure.RemotePeer) throw new IOException($"the peer that answered is {secure.RemotePeer}");
            await admit(secure.RemotePeer);
            if (secure.NegotiatedMuxer is null) await AgreeAsync(channel, initiator, s_muxers, deadline.Token);
            return new YamuxConnection(channel, secure.RemotePeer, initiator, _options.Yamux, _time, scope);
        }
        catch (Exception exception)
        {
            await channel.DisposeAsync();
            if (exception is OperationCanceledException && deadline.HasPassed && !cancellationToken.IsCancellationRequested)
            {
                throw new IOException($"the handshake was not finished within {_options.UpgradeTimeout.TotalSeconds:0.###} s", exception);
            }
            throw;
        }
    }

    public void Dispose()
    {
        _noise.Dispose();
        if (_tls.IsValueCreated) _tls.Value.Dispose();
    }

    private static async Task<string> AgreeAsync(Stream channel, bool initiator, IReadOnlyList<string> protocols, CancellationToken cancellationToken)
    {
        var agreed = initiator
            ? await Multistream.SelectAsync(channel, protocols, cancellationToken)
            : await Multistream.AcceptAsync(channel, offered => protocols.Contains(offered, StringComparer.Ordinal), cancellationToken);
        return agreed ?? throw new IOException(initiator ? $"the peer does not speak {string.Join(" or ", protocols)}" : "the peer closed the connection during negotiation");
    }
}
