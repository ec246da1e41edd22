using HyphaMarket.Cli.Tests.Devnet;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Verbs;

/// <summary>One case for each verb of the program.</summary>
internal static class VerbCases
{
    public static IReadOnlyList<VerbCase> All { get; } =
    [
        new("init --force") { Words = 1, NeedsDaemon = false },
        // What is wrong with the machine that runs the tests is none of theirs.
        new("doctor") { Words = 1, NeedsDaemon = false, Ends = [ExitCode.Ok, ExitCode.Unhealthy] },
        new("completion bash") { Words = 1, NeedsDaemon = false, HasNoData = true },
        new("version") { Words = 1, NeedsDaemon = false },
        new("node run") { NeedsDaemon = false, TriedBy = typeof(WithoutDaemonTests) },
        new("node status"),
        new("node whereami"),
        new("node drain"),
        new("node stop") { EndsDaemon = true },
        new("net check"),
        new("net peers"),
        new($"net ping {StubDaemon.Peer} --count 2") { IsStream = true },
        new("config show --origin") { NeedsDaemon = false },
        new("config validate") { NeedsDaemon = false, HasNoData = true },
        new("repo verify") { NeedsDaemon = false, Ends = [ExitCode.Ok, ExitCode.Unhealthy] },
        new("repo backup {file}") { NeedsDaemon = false, TriedBy = typeof(RepoVerbTests) },
        new("repo restore {file}") { NeedsDaemon = false, TriedBy = typeof(RepoVerbTests) },
        new("profile ls") { NeedsDaemon = false },
        new("profile get discovery-alpha") { NeedsDaemon = false },
        new("profile detect") { NeedsDaemon = false, Ends = [ExitCode.Ok, ExitCode.NotFound] },
        new("profile add {file}") { NeedsDaemon = false, TriedBy = typeof(ProfileVerbTests) },
        new("profile diff discovery-alpha discovery-beta") { NeedsDaemon = false },
        new("order create bid discovery-alpha --price 0.01"),
        // It reads its file first; without a daemon it is tried there, too.
        new("order create-many {file}") { NeedsDaemon = false, TriedBy = typeof(WithDaemonTests) },
        new("order ls"),
        new("order get {order}"),
        new("order cancel {order}"),
        new("order watch") { TriedBy = typeof(WithDaemonTests) },
        new("order explain {order}"),
        new("market ls"),
        new("market quote discovery-alpha"),
        new("market depth discovery-alpha"),
        new("market watch discovery-alpha --count 3") { IsStream = true },
        new("market history discovery-alpha"),
        new("market candles discovery-alpha"),
        new("market proof {match} -f {file}"),
        new("market verify {match}"),
        new("price suggest discovery-alpha"),
        new("broker ls discovery-alpha"),
        new("broker why discovery-alpha"),
        new("broker proof discovery-alpha -f {file}"),
        new("lease ls"),
        new("lease get cccccc"),
        new("lease check cccccc"),
        new("lease end cccccc"),
        new("lease tunnel cccccc --remote 22") { TriedBy = typeof(WithDaemonTests) },
        new("account statement"),
        new("support bundle -f {file}") { NeedsDaemon = false },
        new("devnet up") { NeedsDaemon = false, TriedBy = typeof(DevnetProcessTests) },
        new("devnet down") { NeedsDaemon = false, HasNoData = true, Ends = [ExitCode.NotFound] },
        new("bench libp2p") { NeedsDaemon = false, TriedBy = typeof(BenchTests) },
        new("bench ingest") { NeedsDaemon = false, TriedBy = typeof(BenchTests) },
        new("bench all") { NeedsDaemon = false, TriedBy = typeof(BenchTests) },
        new("bench matching") { NeedsDaemon = false, TriedBy = typeof(BenchTests) },
        new("simulate brokers --seeds 1 --minutes 6 --traders 4 --no-faults") { NeedsDaemon = false, IsSlow = true },
        new("simulate scaling --brokers 3 --offers 0 --traders 4 --minutes 1") { NeedsDaemon = false, IsSlow = true },
        new("simulate market") { NeedsDaemon = false, TriedBy = typeof(SimulateMarketTests) },
        new("simulate reservations") { NeedsDaemon = false, TriedBy = typeof(SimulateReservationsTests) },
        new("simulate network --nodes 50 --markets 1 --lookups 2 --records 5 --hours 1") { NeedsDaemon = false, IsSlow = true },
    ];
}
