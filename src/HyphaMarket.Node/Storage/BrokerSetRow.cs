namespace HyphaMarket.Node.Storage;

/// <summary>A broker set that this node came to believe. Ids are hexadecimal.</summary>
/// <param name="Record">The signed config.</param>
public sealed record BrokerSetRow(string Id, string Network, string Market, ulong Epoch, long AcceptedMs, byte[] Record);
