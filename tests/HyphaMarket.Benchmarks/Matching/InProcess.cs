using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace HyphaMarket.Benchmarks.Matching;

/// <summary>Measured in this process, since a project that BenchmarkDotNet writes would not build under this repository's rules; three rounds of short runs.</summary>
internal sealed class InProcess : ManualConfig
{
    public InProcess()
    {
        AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
        // Reports go beside the program, not into the folder from which it is called.
        ArtifactsPath = Path.Combine(AppContext.BaseDirectory, "artifacts");
    }
}
