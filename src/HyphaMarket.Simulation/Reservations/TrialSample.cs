namespace HyphaMarket.Simulation.Reservations;

/// <summary>On what a user compares a new honesty with the old one; the paper does not say.</summary>
public enum TrialSample
{
    /// <summary>Both on the same needs and availabilities, so that chance alone never decides. This gives the paper's Table 1.</summary>
    Same,

    /// <summary>Each on a sample of its own. Chance keeps users less honest, and the peak at A_p = 0.70 is not reached.</summary>
    Separate,
}
