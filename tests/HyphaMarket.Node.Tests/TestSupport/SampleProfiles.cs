namespace HyphaMarket.Node.Tests.TestSupport;

/// <summary>Profiles that any machine fits.</summary>
internal static class SampleProfiles
{
    /// <summary>Writes one and returns its path.</summary>
    public static string Write(string directory, string name = "Test Micro", int cores = 1, string note = "")
    {
        var path = Path.Combine(directory, $"{Guid.NewGuid():n}.json");
        File.WriteAllText(path, $$"""
            {
              "name": "{{name}}",
              "requirement": {
                "acceleratorCount": 0, "vramEachMib": 0, "vramTotalMib": 0, "models": [], "interconnect": "any", "fabrics": [], "cpuArchitectures": [],
                "cpuCores": {{cores}}, "memoryMib": 1, "diskClass": "any", "diskMib": 0, "networkMbitS": 0, "timeUnit": "minute"
              },
              "note": "{{note}}"
            }
            """);
        return path;
    }
}
