namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>The commands of js/capabilities/perf.mjs.</summary>
public sealed partial class JsPeer
{
    /// <summary>Uploads so many bytes and asks for so many; gives how many came.</summary>
    public async Task<long> PerfAsync(string peerId, long upload, long download) =>
        (await CallAsync("perf", new { peerId, upload, download })).GetProperty("received").GetInt64();
}
