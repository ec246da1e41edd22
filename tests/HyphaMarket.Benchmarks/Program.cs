using BenchmarkDotNet.Running;
using HyphaMarket.Benchmarks.Brokerage;
using HyphaMarket.Benchmarks.Intake;
using HyphaMarket.Benchmarks.Libp2p;
using HyphaMarket.Benchmarks.Matching;

// dotnet run -c Release --project tests/HyphaMarket.Benchmarks [-- ROUNDS | offers | scale [NODES...] | allocations | micro]
if (args is ["offers"])
{
    OfferIntake.MeasureVerification();
    OfferIntake.MeasureCore();
    await OfferIntake.MeasureOverLoopbackAsync();
    return;
}

if (args is ["micro", .. var choice])
{
    // By BenchmarkDotNet, whose own options may follow, such as --filter '*Quote*'.
    BenchmarkSwitcher.FromTypes([typeof(BookBenchmark), typeof(StoreBenchmark), typeof(RingBenchmark), typeof(VerificationBenchmark)]).Run(choice is [] ? ["--filter", "*"] : choice);
    return;
}

if (args is ["scale", .. var sizes])
{
    await ScaleBenchmark.RunAsync([.. sizes.Select(size => int.Parse(size, System.Globalization.CultureInfo.InvariantCulture))]);
    return;
}

if (args is ["allocations"])
{
    using var profile = new AllocationProfile();
    await using var measured = await HostPair.StartAsync();
    await measured.MeasureRequestsAsync(concurrency: 1, requests: 5_000);
    profile.Start();
    await measured.MeasureRequestsAsync(concurrency: 1, requests: 20_000);
    profile.Print(20_000);
    await measured.MeasureBulkAsync(totalBytes: 1L << 28);
    profile.Start();
    await measured.MeasureBulkAsync(totalBytes: 1L << 30);
    profile.Print(1L << 20);
    return;
}

var rounds = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 3;
await using var pair = await HostPair.StartAsync();
for (var round = 1; round <= rounds; round++)
{
    Console.WriteLine($"round {round} of {rounds}, {Environment.ProcessorCount} processors, load {await LoadAverage()}");
    await pair.MeasureBulkAsync(totalBytes: 1L << 30);
    await pair.MeasureRequestsAsync(concurrency: 1, requests: 10_000);
    await pair.MeasureRequestsAsync(concurrency: 32, requests: 40_000);
    await pair.MeasureHandshakesAsync(concurrency: 4, TimeSpan.FromSeconds(2));
}
await pair.MeasureMemoryAsync(connections: 100);

static async Task<string> LoadAverage() => File.Exists("/proc/loadavg") ? (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0] : "unknown";
