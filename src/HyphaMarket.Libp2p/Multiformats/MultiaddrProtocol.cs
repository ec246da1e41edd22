namespace HyphaMarket.Libp2p.Multiformats;

/// <summary>One row of the multiaddr protocol table: its code, its name and the shape of its value.</summary>
/// <remarks>Source: github.com/multiformats/multiaddr protocols.csv. QUIC can be read and written, no transport here dials it.</remarks>
public sealed class MultiaddrProtocol
{
    public static readonly MultiaddrProtocol Ip4 = new(4, "ip4", 4);
    public static readonly MultiaddrProtocol Tcp = new(6, "tcp", 2);
    public static readonly MultiaddrProtocol Ip6 = new(41, "ip6", 16);
    public static readonly MultiaddrProtocol Dns = new(53, "dns", Variable);
    public static readonly MultiaddrProtocol Dns4 = new(54, "dns4", Variable);
    public static readonly MultiaddrProtocol Dns6 = new(55, "dns6", Variable);
    public static readonly MultiaddrProtocol DnsAddr = new(56, "dnsaddr", Variable);
    public static readonly MultiaddrProtocol Udp = new(273, "udp", 2);
    public static readonly MultiaddrProtocol P2pCircuit = new(290, "p2p-circuit", 0);
    public static readonly MultiaddrProtocol P2p = new(421, "p2p", Variable);
    public static readonly MultiaddrProtocol Tls = new(448, "tls", 0);
    public static readonly MultiaddrProtocol QuicV1 = new(461, "quic-v1", 0);
    public static readonly MultiaddrProtocol Ws = new(477, "ws", 0);
    public static readonly MultiaddrProtocol Wss = new(478, "wss", 0);

    private const int Variable = -1;

    private static readonly MultiaddrProtocol[] s_all = [Ip4, Tcp, Ip6, Dns, Dns4, Dns6, DnsAddr, Udp, P2pCircuit, P2p, Tls, QuicV1, Ws, Wss];

    // Not frozen: that assembly would cost each node a megabyte for these two tables.
    private static readonly Dictionary<ulong, MultiaddrProtocol> s_byCode = s_all.ToDictionary(p => p.Code);
    private static readonly Dictionary<string, MultiaddrProtocol> s_byName =
        // "Both names resolve to the same protocol code": ipfs is the old name of p2p, read and never written.
        new(s_all.ToDictionary(p => p.Name), StringComparer.Ordinal) { ["ipfs"] = P2p };

    private MultiaddrProtocol(ulong code, string name, int size)
    {
        Code = code;
        Name = name;
        Size = size;
    }

    public ulong Code { get; }

    public string Name { get; }

    /// <summary>True where a component has a value after its name.</summary>
    public bool HasValue => Size != 0;

    /// <summary>Bytes of the value; 0 for none, -1 where its length goes before it.</summary>
    internal int Size { get; }

    internal bool HasVariableSize => Size == Variable;

    internal bool IsName => this == Dns || this == Dns4 || this == Dns6 || this == DnsAddr;

    internal static IReadOnlyList<MultiaddrProtocol> All => s_all;

    internal static bool TryGet(ulong code, out MultiaddrProtocol? protocol) => s_byCode.TryGetValue(code, out protocol);

    internal static bool TryGet(string name, out MultiaddrProtocol? protocol) => s_byName.TryGetValue(name, out protocol);

    public override string ToString() => Name;
}
