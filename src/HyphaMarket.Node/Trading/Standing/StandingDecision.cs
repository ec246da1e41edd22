namespace HyphaMarket.Node.Trading.Standing;

/// <summary>What a policy decided on one view. Orders are withdrawn in one decision and placed in a later one, on a view without them, so that both never stand together.</summary>
/// <param name="Problem">Why not all that is wanted can be had; null where it can.</param>
public sealed record StandingDecision(IReadOnlyList<StandingAction> Actions, string? Problem = null)
{
    public static StandingDecision Nothing { get; } = new([]);
}
