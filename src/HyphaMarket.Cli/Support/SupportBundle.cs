using System.Globalization;
using System.IO.Compression;
using System.Text;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Cli.Verbs;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Support;

/// <summary>What somebody who helps needs to see, and nothing that is secret: never the key, the token, the journal or the user's own files.</summary>
internal sealed class SupportBundle(VerbContext context)
{
    /// <summary>Of each log file, from its end: some thousand lines.</summary>
    private const int LogBytes = 1024 * 1024;

    /// <summary>Log files, the newest.</summary>
    private const int MostLogs = 2;

    private readonly Redactor _redactor = new(Secrets(context.DataDirectory));
    private readonly List<(string Name, string Text)> _entries = [];

    /// <summary>Gathers everything that can be had, whether or not the daemon runs.</summary>
    public async Task GatherAsync(CancellationToken stop)
    {
        Add("version.json", Json(VersionVerb.View, Shapes.Version));
        Add("doctor.json", string.Join('\n', (await DoctorVerb.RunAsync(context, stop)).Select(check => Json(check, NodeShapes.Check))));
        NodeOptions? options = null;
        try
        {
            Add("configuration.txt", string.Join('\n', NodeOptionsLoader.Show(context.Sources()).Select(value => $"{value.Key} = {value.Value}    ({value.Origin})")));
            options = NodeOptionsLoader.Load(context.Sources());
        }
        catch (FatalException e)
        {
            Add("configuration-problems.txt", string.Join("\n\n", e.Problems));
        }

        Add("files.txt", Files());
        if (options is null) return;
        await AddNodeAsync(options, stop);
        if (options.LogFile is { } log) AddLogs(log);
    }

    /// <returns>The names of what is in it.</returns>
    /// <exception cref="CliException">There is such a file already, or it cannot be written.</exception>
    public IReadOnlyList<string> Write(string path)
    {
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            using var zip = new ZipArchive(file, ZipArchiveMode.Create);
            foreach (var (name, text) in _entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new CliException(ExitCode.Error, "file-exists", $"There is a file {path} already.", "Name another one with --file, or move it away.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Permission, "file-unwritable", $"{path} cannot be written: {e.Message}", cause: e);
        }

        return [.. _entries.Select(entry => entry.Name)];
    }

    private async Task AddNodeAsync(NodeOptions options, CancellationToken stop)
    {
        using var api = new ApiClient(options.ApiSocket);
        try
        {
            Add("status.json", Json(await api.GetAsync("/v1/status", ApiJson.Default.NodeStatus, stop), Shapes.Status));
            Add("peers.json", string.Join('\n', (await api.GetAsync("/v1/net/peers", ApiJson.Default.IReadOnlyListPeerView, stop)).Select(peer => Json(peer, NodeShapes.Peer))));
            Add("markets.json", string.Join('\n', (await api.GetAsync("/v1/markets", ApiJson.Default.IReadOnlyListMarketView, stop)).Select(market => Json(market, Shapes.Market))));
            Add("orders.json", string.Join('\n', (await api.GetAsync("/v1/orders?limit=100", ApiJson.Default.IReadOnlyListOrderView, stop)).Select(order => Json(order, Shapes.Order))));
        }
        catch (CliException e)
        {
            Add("daemon.txt", $"{e.Error.Code}: {e.Error.Reason} {e.Error.Hint}");
        }
    }

    /// <summary>The log rolls by a number before its extension.</summary>
    private void AddLogs(string log)
    {
        var directory = new DirectoryInfo(Path.GetDirectoryName(log)!);
        if (!directory.Exists) return;
        foreach (var file in directory.EnumerateFiles(Path.GetFileNameWithoutExtension(log) + "*" + Path.GetExtension(log)).OrderByDescending(file => file.LastWriteTimeUtc).Take(MostLogs))
        {
            using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            stream.Seek(-Math.Min(LogBytes, stream.Length), SeekOrigin.End);
            var bytes = new byte[LogBytes];
            var length = stream.ReadAtLeast(bytes, LogBytes, throwOnEndOfStream: false);
            Add($"logs/{file.Name}", Encoding.UTF8.GetString(bytes, 0, length));
        }
    }

    /// <summary>Names, sizes and rights of the data directory; no content.</summary>
    private string Files()
    {
        var directory = new DirectoryInfo(context.DataDirectory);
        if (!directory.Exists) return "There is no data directory.";
        return string.Join('\n', directory.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{Convert.ToString((int)entry.UnixFileMode, 8)} {(entry is FileInfo file ? file.Length : 0),12} {entry.LastWriteTimeUtc:O} {entry.Name}")));
    }

    private void Add(string name, string text) => _entries.Add((name, _redactor.Clean(text)));

    private static string Json<T>(T value, Shape<T> shape) => OutputWriter.Json(value, shape.Json, OutputWriter.Compact);

    /// <summary>The API's token, wherever it may turn up.</summary>
    private static IReadOnlyList<string> Secrets(string directory)
    {
        var token = new NodeOptions { DataDirectory = directory }.ApiTokenFile;
        try
        {
            return File.Exists(token) ? [File.ReadAllText(token)] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's token is not in this user's logs either.
            return [];
        }
    }
}
