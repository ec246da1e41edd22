namespace HyphaMarket.Node.Api.Contracts;

/// <summary>A standard bundle of compute.</summary>
public sealed record ProfileView
{
    public required string Name { get; init; }

    /// <summary>The profile id, which is its spot market's id; hexadecimal.</summary>
    public required string Market { get; init; }

    /// <summary>The name on command lines, such as <c>discovery-alpha</c>.</summary>
    public required string Slug { get; init; }

    /// <summary>Place in the catalogue from small (1) to large.</summary>
    public required int Rank { get; init; }

    /// <summary>Whether the node's operator added it; else the program carries it.</summary>
    public bool Added { get; init; }

    /// <summary>One line for people.</summary>
    public required string Summary { get; init; }

    /// <summary>The requirements that the id is the hash of, as name and text.</summary>
    public IReadOnlyDictionary<string, string> Requirements { get; set; } = new Dictionary<string, string>();
}
