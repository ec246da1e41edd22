using System.CommandLine;

using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>node run</c>: the daemon, in the foreground until SIGTERM or Ctrl-C.</summary>
internal static class NodeRunVerb
{
    public static Command Create(CliApp app)
    {
        var flags = new List<(Option<string[]> Option, string Key)>
        {
            Flag("--listen", ConfigurationKeys.Listen, "MULTIADDR", "Where to listen, as in /ip4/0.0.0.0/tcp/4001; may be repeated."),
            Flag("--announce", ConfigurationKeys.Announce, "MULTIADDR", "What to tell others in place of the listening addresses."),
            Flag("--bootstrap", ConfigurationKeys.Bootstrap, "MULTIADDR", "A first contact, with /p2p/PEER at the end; may be repeated."),
            Flag("--role", ConfigurationKeys.Roles, "ROLES", "broker, worker, scheduler, with commas between."),
            Flag("--network", ConfigurationKeys.Network, "NAME|FILE", "main, devnet, or a network parameters document."),
            Flag("--profile", ConfigurationKeys.WorkerProfile, "NAME", "What a worker sells; auto asks the machine."),
            Flag("--slots", ConfigurationKeys.WorkerSlots, "N", "Units that a worker sells at once."),
            Flag("--floor-price", ConfigurationKeys.WorkerFloorPrice, "CREDITS", "Credits a minute below which a worker sells nothing."),
            Flag("--tunnel-port", ConfigurationKeys.WorkerTunnelPorts, "PORT", "A port of this machine that leases may reach; may be repeated."),
            Flag("--budget", ConfigurationKeys.SchedulerBudget, "CREDITS", "What a scheduler may spend."),
            Flag("--log-level", ConfigurationKeys.LogLevel, "LEVEL", "trace, debug, information, warning, error."),
            Flag("--log-file", ConfigurationKeys.LogFile, "FILE", "A file of JSON lines beside the text on standard error."),
        };
        var init = new Option<bool>("--init") { Description = "Make the data directory and a key where there is none." };
        var tied = new Option<bool>("--stop-with-stdin") { Description = "Stop when standard input ends, so that the node never outlives who started it.", Hidden = true };
        var restored = new Option<bool>("--journal-restored") { Description = "The journal was restored from an older copy: promise nothing until what is missing in it has ended. Give it once." };
        var command = new Command("run", "Run the daemon in the foreground.") { init, restored, tied };
        foreach (var (option, _) in flags) command.Add(option);
        return command.WithVerb(app, async (context, stop) =>
        {
            var given = flags.Where(flag => context.IsGiven(flag.Option))
                .ToDictionary(flag => flag.Key, flag => (IReadOnlyList<string>)Values(flag.Key, context.Value(flag.Option)!), StringComparer.Ordinal);
            var loaded = NodeOptionsLoader.LoadWithValues(context.Sources(given));
            var options = loaded.Options;
            if (context.Value(init) && !File.Exists(options.KeyFile)) InitVerb.Initialise(context.DataDirectory, force: false);
            if (context.Value(restored)) options = options with { Journal = options.Journal with { IsOldCopy = true } };
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
            if (context.Value(tied)) _ = StopWithInputAsync(ended);
            await using var host = await NodeHost.CreateAsync(options, NodeParts.AddTo, context.Time, loaded);
            await host.RunAsync(ended.Token);
        });
    }

    private static (Option<string[]>, string) Flag(string name, string key, string help, string description) =>
        (new Option<string[]>(name) { Description = description, HelpName = help, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false }, key);

    private static IReadOnlyList<string> Values(string key, string[] values) => key switch
    {
        // A file is where one types; that the configuration's are in the data directory is for files that lie beside it.
        ConfigurationKeys.LogFile => [.. values.Select(Path.GetFullPath)],
        ConfigurationKeys.Network => [.. values.Select(value => NetworkDocument.IsBuiltIn(value) ? value : Path.GetFullPath(value))],
        _ => ConfigurationKeys.Lists.Contains(key) ? [.. values.SelectMany(ConfigurationLayer.SplitList)] : values,
    };

    /// <summary>The other end of the pipe closes when its process ends, however it ends.</summary>
    private static async Task StopWithInputAsync(CancellationTokenSource ended)
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[256];
        while (await input.ReadAsync(buffer) > 0)
        {
            // Whatever comes means that the other side lives.
        }
        await ended.CancelAsync();
    }
}
