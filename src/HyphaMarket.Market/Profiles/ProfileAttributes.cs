using HyphaMarket.Market.Canonical;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Market.Profiles;

/// <summary>What a machine must have at least to be sold as a profile. Only this is hashed: names, upper ends and prices are not.</summary>
/// <remarks>Canonical bytes are protobuf, fields ascending, defaults left out, lists sorted, integers, enums and model names only; <c>proto/hyphamarket/v1/profile.proto</c> numbers the fields.</remarks>
public sealed record ProfileAttributes : IEquatable<ProfileAttributes>
{
    /// <summary>What stands before the canonical bytes in the hash.</summary>
    public const string Tag = "hypha-market/profile/v1";

    /// <summary>Canonical bytes of a larger profile are not parsed.</summary>
    public const int MaxCanonicalBytes = 4096;

    /// <summary>Models in one profile.</summary>
    public const int MaxModels = 64;

    /// <summary>Bytes of one model's name.</summary>
    public const int MaxModelBytes = 64;

    /// <summary>Accelerators in one unit.</summary>
    public int AcceleratorCount { get; init; }

    /// <summary>Memory of each accelerator, MiB.</summary>
    public long VramEachMib { get; init; }

    /// <summary>Memory of all accelerators of one unit together, MiB.</summary>
    public long VramTotalMib { get; init; }

    /// <summary>Accepted accelerator models, sorted as bytes; empty accepts any.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>The slowest link that will do between accelerators of one machine; one of <see cref="Fabrics"/> will do instead.</summary>
    public Interconnect Interconnect { get; init; }

    /// <summary>Networks between machines any of which will do instead of the link, sorted.</summary>
    public IReadOnlyList<Fabric> Fabrics { get; init; } = [];

    /// <summary>Accepted instruction sets, sorted; empty accepts any.</summary>
    public IReadOnlyList<CpuArchitecture> CpuArchitectures { get; init; } = [];

    /// <summary>Logical processors, as the operating system counts them.</summary>
    public int CpuCores { get; init; }

    /// <summary>System memory, MiB.</summary>
    public long MemoryMib { get; init; }

    public DiskClass DiskClass { get; init; }

    /// <summary>Local disk capacity, MiB.</summary>
    public long DiskMib { get; init; }

    /// <summary>Network bandwidth, Mbit/s; 0 for any.</summary>
    public long NetworkMbitS { get; init; }

    /// <summary>What a price is for.</summary>
    public TimeUnit TimeUnit { get; init; } = TimeUnit.Minute;

    /// <summary>The RFC's <c>profile_id</c>, and the market id of the profile's spot market.</summary>
    public ProfileId ComputeId() => new(Hash256.Of([.. System.Text.Encoding.ASCII.GetBytes(Tag), .. ToCanonicalBytes()]));

    /// <summary>The one encoding of this requirement.</summary>
    public byte[] ToCanonicalBytes() => new CanonicalWriter()
        .Integer(1, AcceleratorCount)
        .Integer(2, VramEachMib)
        .Integer(3, VramTotalMib)
        .Texts(4, Models)
        .Integer(5, (long)Interconnect)
        .Integers(6, Fabrics.Select(fabric => (long)fabric))
        .Integers(7, CpuArchitectures.Select(architecture => (long)architecture))
        .Integer(8, CpuCores)
        .Integer(9, MemoryMib)
        .Integer(10, (long)DiskClass)
        .Integer(11, DiskMib)
        .Integer(12, NetworkMbitS)
        .Integer(13, (long)TimeUnit)
        .ToArray();

    /// <summary>Parses canonical bytes; other bytes, even of the same meaning, are refused.</summary>
    /// <param name="attributes">Null when refused.</param>
    public static bool TryParse(ReadOnlySpan<byte> canonicalBytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ProfileAttributes? attributes)
    {
        attributes = null;
        if (canonicalBytes.Length > MaxCanonicalBytes) return false;
        var reader = new CanonicalReader(canonicalBytes);
        var models = new List<string>();
        var parsed = new ProfileAttributes { TimeUnit = TimeUnit.None };
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: parsed = parsed with { AcceleratorCount = reader.Int32() }; break;
                case 2: parsed = parsed with { VramEachMib = reader.Integer() }; break;
                case 3: parsed = parsed with { VramTotalMib = reader.Integer() }; break;
                case 4: models.Add(reader.Text()); break;
                case 5: parsed = parsed with { Interconnect = (Interconnect)reader.Int32() }; break;
                case 6: parsed = parsed with { Fabrics = [.. reader.Integers().Select(value => (Fabric)value)] }; break;
                case 7: parsed = parsed with { CpuArchitectures = [.. reader.Integers().Select(value => (CpuArchitecture)value)] }; break;
                case 8: parsed = parsed with { CpuCores = reader.Int32() }; break;
                case 9: parsed = parsed with { MemoryMib = reader.Integer() }; break;
                case 10: parsed = parsed with { DiskClass = (DiskClass)reader.Int32() }; break;
                case 11: parsed = parsed with { DiskMib = reader.Integer() }; break;
                case 12: parsed = parsed with { NetworkMbitS = reader.Integer() }; break;
                case 13: parsed = parsed with { TimeUnit = (TimeUnit)reader.Int32() }; break;
                default: return false;
            }
        }

        parsed = parsed with { Models = models };
        if (reader.Failed || parsed.Problem() is not null || !canonicalBytes.SequenceEqual(parsed.ToCanonicalBytes())) return false;
        attributes = parsed;
        return true;
    }

    /// <summary>Null, or a sentence about the first field that no profile may have so.</summary>
    public string? Problem()
    {
        if (AcceleratorCount < 0 || VramEachMib < 0 || VramTotalMib < 0 || CpuCores < 0 || MemoryMib < 0 || DiskMib < 0 || NetworkMbitS < 0) return "A requirement cannot be negative.";
        if (!Enum.IsDefined(Interconnect)) return $"Interconnect {(int)Interconnect} is unknown.";
        if (!Enum.IsDefined(DiskClass)) return $"Disk class {(int)DiskClass} is unknown.";
        if (!Enum.IsDefined(TimeUnit) || TimeUnit == TimeUnit.None) return $"Time unit {(int)TimeUnit} is unknown.";
        if (Fabrics.Any(fabric => !Enum.IsDefined(fabric) || fabric == Fabric.None)) return "A fabric is unknown.";
        if (CpuArchitectures.Any(architecture => !Enum.IsDefined(architecture) || architecture == CpuArchitecture.None)) return "A CPU architecture is unknown.";
        if (Models.Count > MaxModels) return $"A profile accepts at most {MaxModels} models, not {Models.Count}.";
        if (Models.Any(model => model.Length is 0 or > MaxModelBytes || model.Any(c => c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')))) return $"A model is 1 to {MaxModelBytes} lower-case letters, digits and hyphens.";
        if (!IsSorted(Models, StringComparer.Ordinal)) return "Models must be sorted without repeats.";
        if (!IsSorted(Fabrics, Comparer<Fabric>.Default)) return "Fabrics must be sorted without repeats.";
        return IsSorted(CpuArchitectures, Comparer<CpuArchitecture>.Default) ? null : "CPU architectures must be sorted without repeats.";
    }

    /// <summary>Equal requirements have equal canonical bytes.</summary>
    public bool Equals(ProfileAttributes? other) => other is not null && ToCanonicalBytes().AsSpan().SequenceEqual(other.ToCanonicalBytes());

    public override int GetHashCode() => ComputeId().GetHashCode();

    private static bool IsSorted<T>(IReadOnlyList<T> values, IComparer<T> comparer)
    {
        for (var i = 1; i < values.Count; i++)
        {
            if (comparer.Compare(values[i - 1], values[i]) >= 0) return false;
        }

        return true;
    }
}
