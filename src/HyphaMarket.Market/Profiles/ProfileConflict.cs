namespace HyphaMarket.Market.Profiles;

/// <summary>Why a profile cannot be added to a catalogue.</summary>
/// <param name="Code">Stable, kebab-case: <c>profile-exists</c>.</param>
/// <param name="What">One sentence.</param>
/// <param name="Fix">What would help.</param>
public sealed record ProfileConflict(string Code, string What, string Fix);
