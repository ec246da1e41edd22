using System.Text.Json.Serialization.Metadata;

namespace HyphaMarket.Node.Api.Server;

/// <summary>What is known of one path of the API, for its description; see <see cref="OpenApiDocument"/>.</summary>
/// <param name="Answer">The type of the answer, or of each value of a stream; null for text.</param>
internal sealed record ApiRoute(string Method, string Path, JsonTypeInfo? Answer, bool IsStream)
{
    private readonly List<(string Name, string Says)> _query = [];

    /// <summary>One sentence; empty where nobody wrote one.</summary>
    public string Summary { get; private set; } = "";

    /// <summary>The type of the request's body; null for none.</summary>
    public JsonTypeInfo? Body { get; private set; }

    /// <summary>Media type of an answer that is no JSON.</summary>
    public string? Media { get; init; }

    /// <summary>Whether callers over the loopback port need no token.</summary>
    public bool IsOpen { get; init; }

    public IReadOnlyList<(string Name, string Says)> QueryParameters => _query;

    public ApiRoute Says(string summary)
    {
        Summary = summary;
        return this;
    }

    public ApiRoute Takes(JsonTypeInfo body)
    {
        Body = body;
        return this;
    }

    public ApiRoute Query(string name, string says)
    {
        _query.Add((name, says));
        return this;
    }
}
