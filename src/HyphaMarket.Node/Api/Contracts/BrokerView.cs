namespace HyphaMarket.Node.Api.Contracts;

/// <summary>One member of a broker set.</summary>
public sealed record BrokerView
{
    public required string Peer { get; init; }
    public IReadOnlyList<string> Addresses { get; set; } = [];
    public bool Self { get; init; }
    public bool Connected { get; init; }
}
