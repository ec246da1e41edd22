namespace HyphaMarket.Node.Hardware;

/// <summary>Whether this machine fits a profile.</summary>
/// <param name="Slots">Units that the machine can serve at once.</param>
/// <param name="Chosen">Whether a worker on <c>auto</c> would sell it: the largest that fits.</param>
/// <param name="Missing">Every requirement that is not met.</param>
public sealed record FitView(string Profile, string Market, bool Fits, int Slots, bool Chosen, IReadOnlyList<string> Missing);
