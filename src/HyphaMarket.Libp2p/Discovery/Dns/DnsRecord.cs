namespace HyphaMarket.Libp2p.Discovery.Dns;

/// <summary>One resource record of class IN.</summary>
/// <param name="Ttl">For how long it may be believed; zero says that it is no longer so.</param>
/// <param name="Target">The name that a PTR or CNAME record leads to; null for other types.</param>
/// <param name="Texts">The strings of a TXT record; empty for other types.</param>
internal sealed record DnsRecord(DnsName Name, DnsType Type, TimeSpan Ttl, DnsName? Target, IReadOnlyList<ReadOnlyMemory<byte>> Texts)
{
    public static DnsRecord Pointer(DnsName name, DnsName target, TimeSpan ttl) => new(name, DnsType.Ptr, ttl, target, []);

    public static DnsRecord Text(DnsName name, IReadOnlyList<ReadOnlyMemory<byte>> texts, TimeSpan ttl) => new(name, DnsType.Txt, ttl, null, texts);
}
