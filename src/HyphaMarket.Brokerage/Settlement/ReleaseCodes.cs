using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>The stable words for release reasons.</summary>
public static class ReleaseCodes
{
    /// <summary>A reason of a later version reads as <c>released</c>.</summary>
    public static string Of(ReleaseReason reason) => reason switch
    {
        ReleaseReason.Conflict => "conflict",
        ReleaseReason.Group => "group",
        ReleaseReason.Distrust => "distrust",
        ReleaseReason.Cancelled => "cancelled",
        ReleaseReason.Late => "late",
        _ => "released",
    };
}
