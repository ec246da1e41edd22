using HyphaMarket.Market.Ids;

namespace HyphaMarket.Market.Profiles;

/// <summary>A Hypha Compute Profile of the catalogue: a name for a requirement.</summary>
/// <param name="Name">As printed, such as <c>Discovery Alpha</c>.</param>
/// <param name="Rank">Its place from small (1) to large; of the profiles that fit, the highest is the largest.</param>
/// <param name="Requirement">The lower bounds; they alone decide the id.</param>
/// <param name="Printed">The RFC's own words, or for an added profile the requirement's, in their form.</param>
/// <param name="Note">How a contradiction of the row was read; may be empty.</param>
public sealed record ComputeProfile(string Name, int Rank, ProfileAttributes Requirement, PrintedRow Printed, string Note)
{
    /// <summary>The name on command lines, such as <c>discovery-alpha</c>.</summary>
    public string Slug { get; } = ProfileNames.Slug(Name);

    /// <summary>The <c>profile_id</c>.</summary>
    public ProfileId Id { get; } = Requirement.ComputeId();

    /// <summary>Whether a node's operator added it; else the program carries it.</summary>
    public bool IsAdded { get; init; }
}
