using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Kademlia.Storage;

namespace HyphaMarket.Libp2p.Kademlia;

/// <summary>Every parameter and every bound of one DHT.</summary>
public sealed record KademliaOptions
{
    /// <summary>More paths than k seeds could feed with several peers each would only be slower.</summary>
    public const int MaxDisjointPaths = 16;

    /// <summary>The protocol id; nodes with different ids form different networks.</summary>
    public string Protocol { get; init; } = "/hypha/kad/1.0.0";

    /// <summary>The mode at the start; <see cref="KademliaDht.SetMode"/> changes it later. Auto follows what the host learns of its reachability.</summary>
    public KademliaMode Mode { get; init; } = KademliaMode.Client;

    /// <summary>k: bucket size, and how many closest peers a lookup returns. 20 is the specification's default.</summary>
    public int BucketSize { get; init; } = 20;

    /// <summary>alpha: requests under way in one lookup. The specification says 3; 10 is what go-libp2p found to hide dead peers.</summary>
    public int Parallelism { get; init; } = 10;

    /// <summary>d: paths of a lookup that share no queried peer (S/Kademlia). 1 is a plain lookup; 4 cost a seventh more requests and bear one lying path.</summary>
    public int DisjointPaths { get; init; } = 4;

    /// <summary>Peers where a lookup starts when the table is empty, and from time to time (<see cref="BootstrapInterval"/>) to compare.</summary>
    public IReadOnlyList<BootstrapPeer> BootstrapPeers { get; init; } = [];

    /// <summary>Validators of records by namespace; a record of another namespace is neither stored nor returned.</summary>
    public IReadOnlyList<IRecordValidator> Validators { get; init; } = [];

    // Lookups.

    /// <summary>Deadline of one request, dialling included. Past it the peer counts as failed.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Deadline of one lookup. Past it the lookup ends without having converged.</summary>
    public TimeSpan LookupTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Peers one lookup remembers. An honest one of a million nodes sees some 300; peers past the bound are ignored.</summary>
    public int MaxPeersPerLookup { get; init; } = 1_000;

    /// <summary>Requests one lookup sends. An honest one needs some 40 to 100; past the bound it ends without having converged.</summary>
    public int MaxRequestsPerLookup { get; init; } = 300;

    /// <summary>The longest chain of answers followed. Each hop halves the distance at least: 32 is far beyond any real network.</summary>
    public int MaxHops { get; init; } = 32;

    /// <summary>Lookups under way in this node; the next one waits, within its own deadline.</summary>
    public int MaxConcurrentLookups { get; init; } = 16;

    // Messages.

    /// <summary>The longest message, in bytes. 40 peers with 16 addresses of 100 bytes are 64 KiB; a longer message resets the stream.</summary>
    public int MaxMessageBytes { get; init; } = 128 * 1024;

    /// <summary>The longest key, in bytes; a longer one is refused. Market ids have 32, peer ids 38, CIDs about 40.</summary>
    public int MaxKeyBytes { get; init; } = 256;

    /// <summary>Addresses kept and told of one peer; the rest is skipped while parsing.</summary>
    public int MaxAddressesPerPeer { get; init; } = 16;

    /// <summary>The longest address, in bytes; a longer one is skipped. A relayed address with two peer ids has about 100.</summary>
    public int MaxAddressBytes { get; init; } = 256;

    // Serving.

    /// <summary>Inbound streams served at once; a further one is reset.</summary>
    public int MaxInboundStreams { get; init; } = 64;

    /// <summary>Inbound streams served at once for one peer, so that one peer cannot take them all.</summary>
    public int MaxInboundStreamsPerPeer { get; init; } = 16;

    /// <summary>How long an inbound stream may stay without a complete request, and a reply without being taken.</summary>
    public TimeSpan InboundTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests served on one inbound stream; then it is closed and the peer opens another.</summary>
    public int MaxRequestsPerStream { get; init; } = 256;

    // Stores.

    /// <summary>Provider records of this node in all; then the record whose key is farthest from this node goes.</summary>
    public int MaxProviderRecords { get; init; } = 1_000;

    /// <summary>Provider records that one peer may have here; then its own oldest goes, so a single peer flushes nobody else.</summary>
    public int MaxProviderRecordsPerPeer { get; init; } = 64;

    /// <summary>Providers in one answer, chosen at random among the known ones.</summary>
    public int MaxProvidersPerAnswer { get; init; } = 20;

    /// <summary>Life of a provider record. go-libp2p's figure: longer than a weekend's restarts need, short enough to forget the gone.</summary>
    public TimeSpan ProviderRecordLifetime { get; init; } = TimeSpan.FromHours(48);

    /// <summary>How often this node's own provider records and values are told anew: well within their life, since holders come and go.</summary>
    public TimeSpan RepublishInterval { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Keys that this node provides and republishes at most; one more is refused.</summary>
    public int MaxProvidedKeys { get; init; } = 256;

    /// <summary>Value records at most; then the one farthest from this node goes.</summary>
    public int MaxValueRecords { get; init; } = 1_000;

    /// <summary>The longest value, in bytes; a longer one is refused. 1,000 of these are 16 MiB, the store's memory bound.</summary>
    public int MaxValueBytes { get; init; } = 16 * 1024;

    /// <summary>Life of a value record after its last put.</summary>
    public TimeSpan ValueRecordLifetime { get; init; } = TimeSpan.FromHours(48);

    /// <summary>Values that this node republishes at most; one more is refused. With <see cref="MaxValueBytes"/> they take 1 MiB.</summary>
    public int MaxPublishedValues { get; init; } = 64;

    // The table.

    /// <summary>Peers waiting for a place in one full bucket; the oldest waiting one goes.</summary>
    public int ReplacementCacheSize { get; init; } = 10;

    /// <summary>A peer of a full bucket that was not heard of for so long is pinged before a newcomer is turned away.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Failures in a row, each at least <see cref="SuspectCheckInterval"/> after the one before, that cost a peer its place. Three span a restart or a
    /// short outage; meanwhile nobody is sent to the peer, so keeping it costs a ping each time.
    /// </summary>
    public int MaxFailures { get; init; } = 3;

    /// <summary>How long after a failure a peer is pinged: longer than a request's deadline, so that one silence is not counted twice.</summary>
    public TimeSpan SuspectCheckInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Peers of one network (/24 of IPv4, /48 of IPv6) in a bucket: a tenth of k, so that one network never decides a bucket.</summary>
    public int MaxPeersPerPrefixInBucket { get; init; } = 2;

    /// <summary>Peers of one network in the whole table, which holds some 160 in a network of 10,000.</summary>
    public int MaxPeersPerPrefix { get; init; } = 8;

    /// <summary>Whether the two bounds hold for loopback, private and link-local addresses too. Off: networks in one room or one machine live there.</summary>
    public bool LimitPrivateNetworks { get; init; }

    /// <summary>Places of a bucket that peers found from the bootstrap peers alone may take from others: a quarter of k, so whoever came first cannot keep them out.</summary>
    public int VouchedPlaces { get; init; } = 5;

    /// <summary>How often the network is searched from the bootstrap peers alone, whatever the table holds. Rare, because everybody asks the same few.</summary>
    public TimeSpan BootstrapInterval { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Peers kept over a restart, those longest in the table first. 256 with 16 addresses each make a file of at most 200 KiB.</summary>
    public int MaxSavedPeers { get; init; } = 256;

    /// <summary>How often buckets are refreshed by a lookup of a key in them. The specification's bootstrap period is 5 minutes.</summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The same while the table holds fewer than k peers, when every newcomer matters.</summary>
    public TimeSpan SparseRefreshInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The least time between two lookups of our own key that newcomers in a sparse table cause.</summary>
    public TimeSpan MinRefreshSpacing { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest common prefix, in bits, that a refresh key is searched for: the search takes 2^(bits+1) hashes, 16,384 for 13, about 5 ms.
    /// With k = 20 that is where a network of 160,000 servers needs a refresh.
    /// </summary>
    public int MaxRefreshPrefixBits { get; init; } = 13;

    /// <summary>How long addresses told by answers are kept for a peer that answered a query.</summary>
    public TimeSpan AddressLifetime { get; init; } = TimeSpan.FromMinutes(30);

    // The network size.

    /// <summary>Lookups of different keys the estimate remembers; the oldest goes. 32 of k = 20 give a standard error of 4 %.</summary>
    public int MaxSizeSamples { get; init; } = 32;

    /// <summary>How long a lookup counts in the estimate: three rounds of refresh, so that a network that grows is seen growing.</summary>
    public TimeSpan SizeSampleLifetime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Checks that every bound makes sense.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public void Validate()
    {
        if (Protocol.Length < 2 || Protocol[0] != '/') throw new ArgumentException("Protocol must be a protocol id such as /hypha/kad/1.0.0.");
        Within(BucketSize, 1, 256, nameof(BucketSize));
        Within(Parallelism, 1, 64, nameof(Parallelism));
        Within(DisjointPaths, 1, MaxDisjointPaths, nameof(DisjointPaths));
        Within(MaxPeersPerLookup, BucketSize, 100_000, nameof(MaxPeersPerLookup));
        Within(MaxRequestsPerLookup, BucketSize, 10_000, nameof(MaxRequestsPerLookup));
        Within(MaxHops, 1, 256, nameof(MaxHops));
        Within(MaxConcurrentLookups, 1, 1_024, nameof(MaxConcurrentLookups));
        Within(MaxMessageBytes, 1_024, 4 * 1024 * 1024, nameof(MaxMessageBytes));
        Within(MaxKeyBytes, 32, 4_096, nameof(MaxKeyBytes));
        Within(MaxAddressesPerPeer, 1, 256, nameof(MaxAddressesPerPeer));
        Within(MaxAddressBytes, 8, 4_096, nameof(MaxAddressBytes));
        Within(MaxInboundStreams, 1, 65_536, nameof(MaxInboundStreams));
        Within(MaxInboundStreamsPerPeer, 1, MaxInboundStreams, nameof(MaxInboundStreamsPerPeer));
        Within(MaxRequestsPerStream, 1, 65_536, nameof(MaxRequestsPerStream));
        Within(MaxProviderRecords, 1, 1_000_000, nameof(MaxProviderRecords));
        Within(MaxProviderRecordsPerPeer, 1, MaxProviderRecords, nameof(MaxProviderRecordsPerPeer));
        Within(MaxProvidersPerAnswer, 1, 256, nameof(MaxProvidersPerAnswer));
        Within(MaxProvidedKeys, 1, 100_000, nameof(MaxProvidedKeys));
        Within(MaxValueRecords, 1, 1_000_000, nameof(MaxValueRecords));
        // A GET_VALUE reply carries the value beside the closer peers and must fit the message with room for them.
        Within(MaxValueBytes, 1, MaxMessageBytes / 2, nameof(MaxValueBytes));
        Within(ReplacementCacheSize, 0, 256, nameof(ReplacementCacheSize));
        Within(MaxFailures, 1, 100, nameof(MaxFailures));
        Within(MaxPeersPerPrefixInBucket, 1, 256, nameof(MaxPeersPerPrefixInBucket));
        Within(MaxPeersPerPrefix, 1, 65_536, nameof(MaxPeersPerPrefix));
        Within(VouchedPlaces, 0, 256, nameof(VouchedPlaces));
        Within(MaxSavedPeers, 0, 4_096, nameof(MaxSavedPeers));
        Within(MaxPublishedValues, 1, 100_000, nameof(MaxPublishedValues));
        Within(MaxRefreshPrefixBits, 0, 20, nameof(MaxRefreshPrefixBits));
        Within(MaxSizeSamples, 1, 4_096, nameof(MaxSizeSamples));
        Positive(RequestTimeout, nameof(RequestTimeout));
        Positive(LookupTimeout, nameof(LookupTimeout));
        Positive(InboundTimeout, nameof(InboundTimeout));
        Positive(ProviderRecordLifetime, nameof(ProviderRecordLifetime));
        Positive(RepublishInterval, nameof(RepublishInterval));
        Positive(ValueRecordLifetime, nameof(ValueRecordLifetime));
        Positive(StaleAfter, nameof(StaleAfter));
        Positive(SuspectCheckInterval, nameof(SuspectCheckInterval));
        Positive(BootstrapInterval, nameof(BootstrapInterval));
        Positive(RefreshInterval, nameof(RefreshInterval));
        Positive(SparseRefreshInterval, nameof(SparseRefreshInterval));
        Positive(MinRefreshSpacing, nameof(MinRefreshSpacing));
        Positive(AddressLifetime, nameof(AddressLifetime));
        Positive(SizeSampleLifetime, nameof(SizeSampleLifetime));
        if (RequestTimeout > LookupTimeout) throw new ArgumentException("RequestTimeout must not exceed LookupTimeout.");
        if (RepublishInterval >= ProviderRecordLifetime)
            throw new ArgumentException("RepublishInterval must be shorter than ProviderRecordLifetime, or records lapse between two tellings.");
        if (RepublishInterval >= ValueRecordLifetime)
            throw new ArgumentException("RepublishInterval must be shorter than ValueRecordLifetime, or values lapse between two tellings.");
        if (Validators.Select(v => v.Namespace).Distinct(StringComparer.Ordinal).Count() != Validators.Count)
            throw new ArgumentException("Validators must have different namespaces.");
    }

    private static void Within(int value, int least, int most, string name)
    {
        if (value < least || value > most) throw new ArgumentException($"{name} must be from {least} to {most}, not {value}.");
    }

    private static void Positive(TimeSpan value, string name)
    {
        // Timers of the platform take at most about 49 days.
        if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(40)) throw new ArgumentException($"{name} must be positive and at most 40 days, not {value}.");
    }
}
