using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using HyphaMarket.Bench.Peers;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Identity;

namespace HyphaMarket.Bench.Ingest;

/// <summary>A broker's daemon in a process and a directory of its own, on loopback.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(10);

    private readonly Process _process;

    private Daemon(Process process, PeerId peer, Multiaddr address) => (_process, Peer, Address) = (process, peer, address);

    public PeerId Peer { get; }
    public Multiaddr Address { get; }

    /// <param name="command">Starts a daemon in a data directory.</param>
    /// <param name="root">Holds network.json.</param>
    /// <param name="contact">Its first contact; null for none.</param>
    /// <exception cref="BenchException">It does not start.</exception>
    public static Daemon Start(Func<string, IReadOnlyList<string>> command, string root, string name, Daemon? contact)
    {
        var files = new NodeOptions { DataDirectory = Path.Combine(root, name) };
        DataDirectory.Prepare(files.DataDirectory);
        using var keys = KeyFile.Create(files.KeyFile);
        var address = $"/ip4/127.0.0.1/tcp/{FreePort()}";
        File.WriteAllBytes(files.ConfigurationFile, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["network"] = Path.Combine(root, "network.json"),
            ["roles"] = new[] { "broker" },
            ["listen"] = new[] { address },
            ["bootstrap"] = contact is null ? Array.Empty<string>() : [$"{contact.Address}/p2p/{contact.Peer}"],
            ["log"] = new Dictionary<string, string> { ["level"] = "warning" },
        }));
        var line = command(files.DataDirectory);
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = files.DataDirectory };
        ConfigurationSources.Clear(start.Environment);
        var process = Process.Start(start) ?? throw new BenchException("The daemon did not start.");
        // What it logs must not fill the pipe and stop it.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new Daemon(process, keys.PeerId, Multiaddr.Parse(address));
    }

    public async ValueTask DisposeAsync() => await Farewell.EndAsync(_process, s_farewell);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
