using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary>Writes proofs to files.</summary>
internal static class ProofFiles
{
    public static Option<string> FileOption { get; } = new("--file", "-f") { Description = "Where to write it; never over another file.", HelpName = "FILE", Required = true };

    /// <exception cref="CliException">The file is there already, or cannot be written.</exception>
    public static async Task WriteAsync(ProofView proof, string path, CancellationToken stop)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            await file.WriteAsync(proof.File, stop);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new CliException(ExitCode.Error, "file-exists", $"There is a file {path} already.", "Name another one, or move it away.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Permission, "file-unwritable", $"{path} cannot be written: {e.Message}", cause: e);
        }
    }
}
