using HyphaMarket.Libp2p.Discovery.Dns;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Resources;
using HyphaMarket.Libp2p.Security.Noise;
using HyphaMarket.Libp2p.Security.Tls;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Addresses, deadlines and bounds of a <see cref="Host"/>.</summary>
public sealed record HostOptions
{
    private const int MaxIdentifyRetries = 16;

    /// <summary>Where to listen; port 0 takes a free port, a wildcard listens on every interface. Empty for a node that only dials.</summary>
    public IReadOnlyList<Multiaddr> ListenAddresses { get; init; } = [];

    /// <summary>
    /// The secure channels spoken, preferred first: a dial proposes them in this order, a listener takes any of them. Noise
    /// leads, because its handshake is shorter and every libp2p has it.
    /// </summary>
    public IReadOnlyList<string> SecurityProtocols { get; init; } = [NoiseHandshaker.ProtocolId, TlsHandshaker.ProtocolId];

    /// <summary>What identify tells of this program; by default this library's name and version. A program had better give its own.</summary>
    public string AgentVersion { get; init; } = $"HyphaMarket.Libp2p/{typeof(HostOptions).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>What identify tells of the family of protocols; "for debugging and statistic purposes".</summary>
    public string ProtocolVersion { get; init; } = "ipfs/0.1.0";

    /// <summary>Connecting to one address. Five seconds are several retransmissions of a SYN over the longest paths.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>One deadline over negotiation, handshake and muxer of a new connection, in either direction; a silent stranger is gone after it.</summary>
    public TimeSpan UpgradeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Agreeing on the protocol of one stream.</summary>
    public TimeSpan NegotiationTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long after a relayed connection opened a stream that may not run on it waits for a direct one. A hole punch begins at once and its
    /// first attempt takes two round trips and a dial, two seconds over the longest paths.
    /// </summary>
    public TimeSpan DirectUpgradeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>One exchange of identify.</summary>
    public TimeSpan IdentifyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The pauses before a new connection's peer is asked again who it is, where it was asked in vain; as many further questions as there are pauses. A peer that
    /// was busy with the connection itself is ready after one second, a machine under load after five.
    /// </summary>
    public IReadOnlyList<TimeSpan> IdentifyRetryPauses { get; init; } = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)];

    /// <summary>Handlers added within this time are announced in one push.</summary>
    public TimeSpan PushDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long after one address the next is tried too; RFC 8305 recommends 250 ms.</summary>
    public TimeSpan DialStagger { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Addresses tried in one dial; what a stranger advertises beyond them is not ours to probe.</summary>
    public int MaxAddressesPerDial { get; init; } = 16;

    /// <summary>Addresses being dialled at one time; others wait. More would fill the tables of small routers.</summary>
    public int MaxConcurrentDials { get; init; } = 64;

    /// <summary>The first pause after an address failed; it doubles up to <see cref="MaxBackoff"/>. Short, so that nodes started together find each other.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Addresses whose failures are remembered; the oldest is forgotten first.</summary>
    public int MaxBackoffEntries { get; init; } = 4_096;

    /// <summary>How many connections and streams and how much memory others may use.</summary>
    public ResourceOptions Resources { get; init; } = new();

    /// <summary>When connections are closed to make room for others.</summary>
    public ConnectionManagerOptions Connections { get; init; } = new();

    /// <summary>Connections of one peer opened this close together, in both directions, count as a simultaneous dial.</summary>
    public TimeSpan SimultaneousDialWindow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A second connection with a peer is closed once it is this old and carries no stream.</summary>
    public TimeSpan DuplicateGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often duplicates are looked for and local addresses looked up.</summary>
    public TimeSpan MaintenanceInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long disposal may take.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Peers remembered.</summary>
    public int MaxStoredPeers { get; init; } = 10_000;

    /// <summary>Addresses remembered for each.</summary>
    public int MaxStoredAddressesPerPeer { get; init; } = 16;

    /// <summary>How the texts behind <c>/dnsaddr</c> addresses are looked up; null for the system's DNS servers.</summary>
    public IDnsTxtResolver? TxtResolver { get; init; }

    /// <summary>Bounds of following such addresses.</summary>
    public DnsAddrOptions DnsAddr { get; init; } = new();

    /// <summary>How long addresses told by identify are kept once their peer has gone.</summary>
    public TimeSpan IdentifiedAddressTtl { get; init; } = AddressLifetime.Identified;

    /// <summary>How long addresses that a peer signed are kept once it has gone.</summary>
    public TimeSpan CertifiedAddressTtl { get; init; } = AddressLifetime.Certified;

    /// <summary>Bounds of each connection's muxer.</summary>
    public YamuxOptions Yamux { get; init; } = new();

    /// <exception cref="ArgumentException">A bound is out of its range.</exception>
    public void Validate()
    {
        ArgumentNullException.ThrowIfNull(ListenAddresses);
        ArgumentNullException.ThrowIfNull(SecurityProtocols);
        ArgumentNullException.ThrowIfNull(IdentifyRetryPauses);
        // A connection without a secure channel is never made, and a name that nothing answers to would be found out by the first peer.
        if (SecurityProtocols.Count == 0 || SecurityProtocols.Distinct(StringComparer.Ordinal).Count() != SecurityProtocols.Count
            || SecurityProtocols.Any(name => name is not (NoiseHandshaker.ProtocolId or TlsHandshaker.ProtocolId)))
        {
            throw new ArgumentException($"SecurityProtocols must hold {NoiseHandshaker.ProtocolId}, {TlsHandshaker.ProtocolId} or both, each once.");
        }
        ArgumentException.ThrowIfNullOrWhiteSpace(AgentVersion);
        ArgumentException.ThrowIfNullOrWhiteSpace(ProtocolVersion);
        Positive(DialTimeout);
        Positive(UpgradeTimeout);
        Positive(NegotiationTimeout);
        Positive(IdentifyTimeout);
        // More would no longer be a bounded number of questions.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(IdentifyRetryPauses.Count, MaxIdentifyRetries);
        foreach (var pause in IdentifyRetryPauses) Positive(pause);
        Positive(DirectUpgradeTimeout);
        Positive(PushDelay);
        Positive(DialStagger);
        Positive(MinBackoff);
        Positive(SimultaneousDialWindow);
        Positive(DuplicateGrace);
        Positive(MaintenanceInterval);
        Positive(CloseTimeout);
        Positive(IdentifiedAddressTtl);
        Positive(CertifiedAddressTtl);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBackoff, MinBackoff);
        foreach (var bound in new[]
        {
            MaxAddressesPerDial, MaxConcurrentDials, MaxBackoffEntries, MaxStoredPeers, MaxStoredAddressesPerPeer,
        })
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        }
        Resources.Validate();
        Connections.Validate();
        Yamux.Validate();
        DnsAddr.Validate();

        static void Positive(TimeSpan value) => ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
    }
}
