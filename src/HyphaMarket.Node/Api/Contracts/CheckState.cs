namespace HyphaMarket.Node.Api.Contracts;

/// <summary>What a check found.</summary>
public static class CheckState
{
    public const string Ok = "ok";

    /// <summary>The node runs, and less well than it could.</summary>
    public const string Warning = "warning";

    /// <summary>The node does not run or cannot do its work until this is mended.</summary>
    public const string Failed = "failed";

    /// <summary>It could not be found out, as said.</summary>
    public const string Skipped = "skipped";
}
