namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>Whether a profile fits a machine, how often, or why not.</summary>
/// <param name="Slots">How many units of the profile the machine can serve at once; 0 exactly when something fails.</param>
/// <param name="Failures">Every requirement that is not met.</param>
public sealed record FitReport(ComputeProfile Profile, int Slots, IReadOnlyList<FitFailure> Failures)
{
    public bool Fits => Slots > 0;
}
