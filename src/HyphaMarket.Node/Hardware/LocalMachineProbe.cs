using System.Runtime.InteropServices;
using HyphaMarket.Brokerage.Machines;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Profiles.Detection;

namespace HyphaMarket.Node.Hardware;

/// <summary>The machine that this process runs on, by its vendors' tools and the kernel's files.</summary>
public sealed class LocalMachineProbe(ProfileCatalogue catalogue) : IMachineProbe
{
    /// <summary>One for all looks, and none of them at once with another (see <c>MachineWitness</c>).</summary>
    private readonly ToolRunner _tools = new();

    /// <inheritdoc/>
    public async Task<MachineFacts> MeasureAsync(CancellationToken cancellationToken)
    {
        // At once with the rest, so that the deadlines do not add up.
        var driver = _tools.RunAsync("nvidia-smi", NvidiaSmi.DriverArguments, cancellationToken);
        var reading = await MachineProber.ReadAsync(catalogue, "/", _tools, cancellationToken);
        var version = (await driver).Output?.Split('\n')[0].Trim();
        return new MachineFacts(reading, $"{RuntimeInformation.OSDescription}, kernel {Environment.OSVersion.Version}, {RuntimeInformation.OSArchitecture}", string.IsNullOrEmpty(version) ? "" : $"NVIDIA {version}");
    }
}
