namespace HyphaMarket.Brokerage.Epochs;

/// <summary>The two signatures by which members agree on a broker set.</summary>
public enum EpochPhase
{
    /// <summary>I find this set right, and prepare no other in this attempt.</summary>
    Prepare,

    /// <summary>q of us prepared it: I am bound to it until shown that q prepared another one in a later attempt.</summary>
    Commit,
}
