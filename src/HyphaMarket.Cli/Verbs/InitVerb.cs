using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>init</c>: makes a data directory with a key and a configuration to edit.</summary>
internal static class InitVerb
{
    public static Command Create(CliApp app)
    {
        var force = new Option<bool>("--force") { Description = "Replace the key and the configuration that are there. A new key is a new node." };
        return new Command("init", "Make a data directory with a new key and a configuration to edit.") { force }.WithVerb(app, (context, _) =>
        {
            var made = Initialise(context.DataDirectory, context.Value(force));
            context.Output.Write(made, Shapes.Init);
            return Task.CompletedTask;
        });
    }

    /// <summary>Makes what is missing; nothing that is there is replaced without force.</summary>
    public static InitView Initialise(string directory, bool force)
    {
        DataDirectory.Prepare(directory);
        var options = new NodeOptions { DataDirectory = directory };
        // Taken so that a running daemon's key is never replaced under it.
        using var held = InstanceLock.Take(options.LockFile);
        var peer = KeyFile.Make(options.KeyFile, force);
        try
        {
            if (force || !File.Exists(options.ConfigurationFile)) File.WriteAllText(options.ConfigurationFile, ConfigurationTemplate.Text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Error, "configuration-unwritable", $"{options.ConfigurationFile} cannot be written: {e.Message}", "Make room on the disk.", e);
        }
        return new InitView(peer, directory, options.KeyFile, options.ConfigurationFile, $"Edit the configuration, then: hypha-market node run --data {directory}");
    }
}
