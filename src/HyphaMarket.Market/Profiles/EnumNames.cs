namespace HyphaMarket.Market.Profiles;

/// <summary>The texts of the profile enums in the catalogue and for people; one table for both directions.</summary>
public static class EnumNames
{
    private static readonly (Interconnect Value, string Name)[] Interconnects =
        [(Interconnect.Any, "any"), (Interconnect.Pcie, "pcie"), (Interconnect.NvLink, "nvlink"), (Interconnect.NvSwitch, "nvswitch")];

    private static readonly (Fabric Value, string Name)[] Fabrics = [(Fabric.InfiniBand, "infiniband"), (Fabric.Efa, "efa")];

    private static readonly (CpuArchitecture Value, string Name)[] Architectures = [(CpuArchitecture.X8664, "x86_64"), (CpuArchitecture.Arm64, "arm64")];

    private static readonly (DiskClass Value, string Name)[] DiskClasses =
        [(DiskClass.Any, "any"), (DiskClass.Ssd, "ssd"), (DiskClass.Nvme, "nvme"), (DiskClass.HighIops, "high-iops"), (DiskClass.UltraIops, "ultra-iops")];

    private static readonly (TimeUnit Value, string Name)[] TimeUnits = [(TimeUnit.Minute, "minute")];

    public static string Name(this Interconnect value) => NameOf(Interconnects, value);
    public static string Name(this Fabric value) => NameOf(Fabrics, value);
    public static string Name(this CpuArchitecture value) => NameOf(Architectures, value);
    public static string Name(this DiskClass value) => NameOf(DiskClasses, value);
    public static string Name(this TimeUnit value) => NameOf(TimeUnits, value);

    public static bool TryParse(string name, out Interconnect value) => TryFind(Interconnects, name, out value);
    public static bool TryParse(string name, out Fabric value) => TryFind(Fabrics, name, out value);
    public static bool TryParse(string name, out CpuArchitecture value) => TryFind(Architectures, name, out value);
    public static bool TryParse(string name, out DiskClass value) => TryFind(DiskClasses, name, out value);
    public static bool TryParse(string name, out TimeUnit value) => TryFind(TimeUnits, name, out value);

    private static string NameOf<T>((T Value, string Name)[] table, T value) where T : struct, Enum
    {
        foreach (var row in table)
        {
            if (EqualityComparer<T>.Default.Equals(row.Value, value)) return row.Name;
        }

        return "none";
    }

    private static bool TryFind<T>((T Value, string Name)[] table, string name, out T value) where T : struct, Enum
    {
        foreach (var row in table)
        {
            if (row.Name != name) continue;
            value = row.Value;
            return true;
        }

        value = default;
        return false;
    }
}
