namespace HyphaMarket.Node.Configuration;

/// <summary>What a worker sells, and on which terms.</summary>
public sealed record WorkerOptions
{
    /// <summary>The value of <see cref="Profile"/> that asks for the largest profile this machine fits.</summary>
    public const string AutoProfile = "auto";

    /// <summary>A profile's name or id in hexadecimal, or <see cref="AutoProfile"/>.</summary>
    public string Profile { get; init; } = AutoProfile;

    /// <summary>Units to sell at once; null for as many as the machine holds. A worker may sell less than its machine, never more.</summary>
    public int? Slots { get; init; }

    /// <summary>Micro-credits per minute and unit below which nothing is sold.</summary>
    public long FloorPriceMicros { get; init; } = 1;

    /// <summary>No lease is renewed past this length; whole minutes.</summary>
    public TimeSpan LongestTerm { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Ports of this machine's loopback that a lease's tunnel may reach; empty lets none.</summary>
    public IReadOnlyList<int> TunnelPorts { get; init; } = [];

    /// <summary>Whether and how the daemon keeps asks standing by itself.</summary>
    public AdvertiseOptions Advertise { get; init; } = new();
}
