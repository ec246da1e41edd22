namespace HyphaMarket.Node.Api.Contracts;

/// <summary>A proof as a file: of a match, GET /v1/proofs/{match}, or of a market's broker sets alone, GET /v1/brokers/{market}/proof.</summary>
public sealed record ProofView
{
    /// <summary>The match id or the market id; hexadecimal.</summary>
    public required string Id { get; init; }

    /// <summary>With the slot's input, so that the match can be recomputed.</summary>
    public bool Full { get; init; }

    /// <summary>The file's bytes, base64.</summary>
    public required byte[] File { get; init; }
}
