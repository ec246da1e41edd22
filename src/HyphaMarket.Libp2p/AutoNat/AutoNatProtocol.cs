namespace HyphaMarket.Libp2p.AutoNat;

/// <summary>The names and sizes of AutoNAT v2.</summary>
/// <remarks>Source: libp2p/specs autonat/autonat-v2.md.</remarks>
internal static class AutoNatProtocol
{
    public const string DialRequestId = "/libp2p/autonat/2/dial-request";

    public const string DialBackId = "/libp2p/autonat/2/dial-back";

    /// <summary>"the `data` field in each individual protobuf is limited to 4096 bytes in length".</summary>
    public const int MaxDataBytes = 4_096;

    /// <summary>The longest message accepted: dial data with its framing, or a request of some hundred addresses. The specification has no figure; go-libp2p accepts as much.</summary>
    public const int MaxMessageBytes = 8_192;

    /// <summary>A dial-back and its answer hold one number each.</summary>
    public const int MaxDialBackBytes = 64;

    /// <summary>Addresses of a request that are looked at; it is in order of priority, so what comes later matters least.</summary>
    public const int MaxAddresses = 32;
}
