namespace HyphaMarket.Simulation.Reservations;

/// <summary>For whom an availability is drawn; the paper does not say.</summary>
public enum AvailabilityDraw
{
    /// <summary>For each user and sample: each meets a market of its own. This gives the paper's Table 1.</summary>
    User,

    /// <summary>Once a sample for all users: they meet one market. This does not.</summary>
    Sample,
}
