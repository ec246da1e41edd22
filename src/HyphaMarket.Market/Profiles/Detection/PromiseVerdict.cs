namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>How a machine compares with what was sold of it.</summary>
public enum PromiseVerdict
{
    /// <summary>At least what was promised.</summary>
    Fits = 0,

    /// <summary>The machine does not say.</summary>
    Unknown = 1,

    /// <summary>Less than was promised.</summary>
    Less = 2,
}
