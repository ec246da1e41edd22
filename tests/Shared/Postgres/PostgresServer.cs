using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

using HyphaMarket.Tests.Shared.Machine;

namespace HyphaMarket.Tests.Shared.Postgres;

/// <summary>A PostgreSQL server of a test's own, from Debian's package: in a fresh directory, on a Unix socket there and a free port of loopback, ended by its own process.</summary>
/// <remarks>Begin with <see cref="Require"/>. A shell holds the server by its standard input, so that it ends with the test run however that ends.</remarks>
internal sealed class PostgresServer : IAsyncDisposable
{
    public const string RequiredVariable = "HYPHAMARKET_REQUIRE_POSTGRES";

    /// <summary>Over TCP; over the socket none is asked for.</summary>
    public const string Password = "correct-horse-battery";

    private const string Account = "postgres";

    /// <summary>Making a cluster takes two seconds, starting it a tenth of one; this only bounds a hang.</summary>
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(90);

    /// <summary>What ends the server when the shell's input does: SIGINT is its fast shutdown, which waits for no client.</summary>
    private const string Shell = "\"$@\" & server=$!; cat >/dev/null; kill -INT $server; wait $server";

    private readonly string _directory = Directory.CreateTempSubdirectory("hm-pg-").FullName;
    private readonly string _binaries;
    private Process? _server;

    private PostgresServer(string binaries) => _binaries = binaries;

    public int Port { get; } = FreePort.Next();

    /// <summary>The connection string of a database here, over the socket.</summary>
    public string Address(string database = Account, string user = Account) => string.Create(CultureInfo.InvariantCulture, $"Host={_directory};Port={Port};Database={database};Username={user}");

    /// <summary>As <see cref="Address"/>, over TCP, where a password is asked for.</summary>
    public string TcpAddress => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Database={Account};Username={Account}");

    /// <summary>What vouches for the server over TCP, where it has TLS: a certificate of its own.</summary>
    public string Certificate => Path.Combine(_directory, "server.crt");

    /// <summary>Makes the running test Ignored (or failed, where PostgreSQL is required) unless a server can be started here.</summary>
    public static void Require()
    {
        if (Obstacle() is not { } obstacle) return;
        if (Environment.GetEnvironmentVariable(RequiredVariable) == "1") Assert.Fail($"{RequiredVariable}=1, but {obstacle}");
        Assert.Ignore($"Needs a PostgreSQL server, but {obstacle}");
    }

    public static async Task<PostgresServer> StartAsync()
    {
        var server = new PostgresServer(Binaries()!);
        try
        {
            if (Environment.IsPrivilegedProcess) await ToEndAsync("chown", [Account, server._directory]);
            var secret = Path.Combine(server._directory, "password");
            await File.WriteAllTextAsync(secret, Password);
            await server.CertifyAsync();
            if (Environment.IsPrivilegedProcess) await ToEndAsync("chown", [Account, secret, server.Certificate, server.CertificateKey]);
            await ToEndAsync(server.AsAccount("initdb", "-D", server.Data, "-U", Account, "--auth-local=trust", "--auth-host=scram-sha-256", $"--pwfile={secret}", "--no-sync", "-E", "UTF8", "--locale=C"));
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server and waits until it takes connections.</summary>
    public async Task StartAgainAsync()
    {
        var port = Port.ToString(CultureInfo.InvariantCulture);
        // No sync: a test's data need not outlive a power cut.
        var command = AsAccount("postgres", "-D", Data, "-k", _directory, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "ssl=on", "-c", $"ssl_cert_file={Certificate}", "-c", $"ssl_key_file={CertificateKey}", "-c", "shared_buffers=16MB", "-c", "max_connections=64");
        _server = Process.Start(Redirected("sh", ["-c", Shell, "sh", .. command]))!;
        var log = new List<string>();
        _server.ErrorDataReceived += (_, line) => { lock (log) log.Add(line.Data ?? ""); };
        _server.OutputDataReceived += (_, _) => { };
        _server.BeginErrorReadLine();
        _server.BeginOutputReadLine();
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                await ExecuteAsync("SELECT 1");
                return;
            }
            catch (Exception e) when (e is NpgsqlException or SocketException && Stopwatch.GetElapsedTime(began) < s_deadline)
            {
                await Task.Delay(20);
            }
            catch (Exception e) when (e is NpgsqlException or SocketException)
            {
                lock (log) throw new AssertionException($"The server took no connection within {s_deadline}: {e.Message}\n{string.Join('\n', log)}");
            }
        }
    }

    /// <summary>Ends the server; its data stay.</summary>
    public async Task StopAsync()
    {
        if (_server is not { } server) return;
        _server = null;
        server.StandardInput.Close();
        await server.WaitForExitAsync().WaitAsync(s_deadline);
        server.Dispose();
    }

    /// <summary>Runs one statement as the server's owner.</summary>
    public async Task ExecuteAsync(string sql, string database = Account)
    {
        await using var connection = new NpgsqlConnection(Address(database) + ";Pooling=false;Timeout=10");
        await connection.OpenAsync();
        // Texts of the tests.
#pragma warning disable CA2100
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A database of its own without tables.</summary>
    public async Task<string> MakeDatabaseAsync(string name)
    {
        await ExecuteAsync($"CREATE DATABASE {name}");
        return Address(name);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task CertifyAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=hypha-market test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(Certificate, made.ExportCertificatePem());
        await File.WriteAllTextAsync(CertificateKey, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(CertificateKey, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private string CertificateKey => Path.Combine(_directory, "server.key");

    private string Data => Path.Combine(_directory, "data");

    /// <summary>The server refuses to run as root.</summary>
    private string[] AsAccount(string program, params string[] arguments)
    {
        string[] command = [Path.Combine(_binaries, program), .. arguments];
        return Environment.IsPrivilegedProcess ? ["setpriv", $"--reuid={Account}", $"--regid={Account}", "--clear-groups", .. command] : command;
    }

    private static string? Obstacle()
    {
        if (Binaries() is null) return "no server is in /usr/lib/postgresql/*/bin; tests/install-tools.sh installs it where it may.";
        return Environment.IsPrivilegedProcess && !File.ReadLines("/etc/passwd").Any(line => line.StartsWith(Account + ":", StringComparison.Ordinal)) ? $"there is no user {Account} to run it as." : null;
    }

    /// <summary>Where Debian's newest server is; null for none.</summary>
    private static string? Binaries() => !Directory.Exists("/usr/lib/postgresql") ? null
        : Directory.EnumerateDirectories("/usr/lib/postgresql").OrderByDescending(path => int.TryParse(Path.GetFileName(path), out var version) ? version : 0)
            .Select(path => Path.Combine(path, "bin")).FirstOrDefault(path => File.Exists(Path.Combine(path, "postgres")) && File.Exists(Path.Combine(path, "initdb")));

    private static Task ToEndAsync(string[] command) => ToEndAsync(command[0], command[1..]);

    private static async Task ToEndAsync(string program, string[] arguments)
    {
        using var process = Process.Start(Redirected(program, arguments))!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(s_deadline);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new AssertionException($"{program} did not end within {s_deadline}.");
        }

        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}\n{await output}{await errors}");
    }

    private static ProcessStartInfo Redirected(string program, string[] arguments) =>
        new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
}
