namespace HyphaMarket.Node.Api.Contracts;

/// <summary>Where an order is on its way.</summary>
public static class OrderState
{
    /// <summary>Checked only: a dry run.</summary>
    public const string DryRun = "dry-run";

    /// <summary>Journaled and on its way to the brokers.</summary>
    public const string Submitting = "submitting";

    /// <summary>Enough brokers signed for it; it rests in the book.</summary>
    public const string Open = "open";

    /// <summary>Matched, and the parties settle.</summary>
    public const string Matched = "matched";

    /// <summary>Every unit is leased.</summary>
    public const string Filled = "filled";
    public const string Cancelled = "cancelled";

    /// <summary>Its last slot is over.</summary>
    public const string Expired = "expired";

    /// <summary>No quorum of brokers took it.</summary>
    public const string Refused = "refused";

    /// <summary>The states that an order never leaves.</summary>
    public static bool IsFinal(string state) => state is DryRun or Filled or Cancelled or Expired or Refused;
}
