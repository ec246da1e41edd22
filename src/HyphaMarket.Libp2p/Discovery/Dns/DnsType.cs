namespace HyphaMarket.Libp2p.Discovery.Dns;

/// <summary>The types of records and questions that are understood here. Source: RFC 1035, section 3.2.2.</summary>
internal enum DnsType : ushort
{
    Cname = 5,
    Ptr = 12,
    Txt = 16,

    /// <summary>Every type; in questions only.</summary>
    Any = 255,
}
