namespace HyphaMarket.Node.Api.Contracts;

/// <summary>What the worker of a lease answered when it was asked what its machine is, beside what was bought. Its own word, signed: a claim and no proof.</summary>
public sealed record LeaseCheckView
{
    /// <summary>The machine has at least what was promised.</summary>
    public const string Fits = "fits";

    /// <summary>It has less.</summary>
    public const string Less = "less";

    /// <summary>Nothing is less, and something cannot be told.</summary>
    public const string Unknown = "unknown";

    /// <summary>Hexadecimal.</summary>
    public required string Lease { get; init; }

    /// <summary>Who answered: its peer id.</summary>
    public required string Worker { get; init; }
    public string? Profile { get; init; }

    /// <summary>Units bought.</summary>
    public required int Quantity { get; init; }

    /// <summary><c>fits</c>, <c>less</c> or <c>unknown</c>: the worst of the findings.</summary>
    public required string Verdict { get; init; }

    /// <summary>By this node's clock.</summary>
    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>When the worker looked at its machine, by the worker's clock.</summary>
    public required DateTimeOffset MeasuredAt { get; init; }

    /// <summary>Operating system and kernel, in the worker's words.</summary>
    public string System { get; set; } = "";

    /// <summary>Of the accelerators, in the worker's words; empty where it told none.</summary>
    public string Driver { get; set; } = "";

    /// <summary>A line for each kind.</summary>
    public IReadOnlyList<string> Accelerators { get; set; } = [];

    /// <summary>Logical processors.</summary>
    public int CpuCores { get; init; }
    public long MemoryMib { get; init; }

    /// <summary>Of all disks together.</summary>
    public long DiskMib { get; init; }

    /// <summary>What the profile asks for, one by one.</summary>
    public IReadOnlyList<LeaseFindingView> Findings { get; set; } = [];

    /// <summary>What the worker could not find out, in its words.</summary>
    public IReadOnlyList<string> Problems { get; set; } = [];

    /// <summary>The signed record, as it came: what shows others what the worker said.</summary>
    public byte[]? Record { get; init; }
}
