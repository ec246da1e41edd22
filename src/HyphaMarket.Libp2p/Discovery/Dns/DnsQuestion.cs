namespace HyphaMarket.Libp2p.Discovery.Dns;

/// <summary>What a message asks for.</summary>
/// <param name="WantsUnicast">Multicast DNS: the asker would take the answer by unicast (RFC 6762, section 5.4). In plain DNS the bit has no meaning.</param>
internal sealed record DnsQuestion(DnsName Name, DnsType Type, bool WantsUnicast = false);
