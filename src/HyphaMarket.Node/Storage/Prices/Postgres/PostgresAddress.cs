using System.ComponentModel;
using System.Net;
using Npgsql;

using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;

namespace HyphaMarket.Node.Storage.Prices.Postgres;

/// <summary>Where a database is and how it is spoken with: an operator's connection string, checked and completed.</summary>
/// <remarks>
/// The string holds no password, since it comes from files and variables that many may read. The driver takes one from the file that <c>Passfile</c> names, from
/// <c>PGPASSFILE</c> or <c>~/.pgpass</c>, or from <c>PGPASSWORD</c>; over a Unix socket a server often wants none. Who asks a remote server for TLS "where it offers it", as the driver
/// does by itself, gives trades and the password's proof to whoever stands between: there a verified certificate is wanted unless the string says otherwise.
/// </remarks>
internal sealed class PostgresAddress
{
    private const string Example = "Write it as Host=db.example;Database=market;Username=market;SSL Mode=VerifyFull;Passfile=/etc/hypha-market/pgpass";

    private static readonly string s_key = ConfigurationKeys.HistoryPostgres;

    private readonly NpgsqlConnectionStringBuilder _words;

    private PostgresAddress(NpgsqlConnectionStringBuilder words) => _words = words;

    /// <summary>The string that the driver takes.</summary>
    public string Text => _words.ConnectionString;

    /// <summary>For people: which server and which database.</summary>
    public override string ToString() => _words.Host!.StartsWith('/') ? $"{_words.Database} at {_words.Host}" : FormattableString.Invariant($"{_words.Database} at {_words.Host}:{_words.Port}");

    /// <summary>What is wrong with a connection string, of which no value is repeated; empty where it can be used.</summary>
    public static IReadOnlyList<Problem> Problems(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (ConnectionText.HasScheme(text))
        {
            return [new Problem("bad-connection-string", $"\"{s_key}\" is an address with a scheme.", "The driver takes words with values, and not the form postgresql://...", $"{Example}.")];
        }

        try
        {
            if (ConnectionText.HasSecret(text))
            {
                return [new Problem("password-in-configuration", $"\"{s_key}\" holds a password.", "Configurations and variables are shown, copied and sent around.",
                    "Take it out: write it in a file of this user's alone (0600) that Passfile= names, a line as in db.example:5432:market:market:PASSWORD, or set PGPASSWORD.")];
            }

            var words = new NpgsqlConnectionStringBuilder(text);
            if (string.IsNullOrEmpty(words.Host)) return [Missing("Host")];
            if (string.IsNullOrEmpty(words.Database)) return [Missing("Database")];
            if (words.Passfile is { } file && !Path.IsPathFullyQualified(file))
            {
                return [new Problem("bad-connection-string", $"Passfile in \"{s_key}\" is no absolute path.", "A daemon has no place from where another path could start.", "Give it with all its directories, as in /etc/hypha-market/pgpass.")];
            }

            // The driver looks at the words together only here, and connects to nothing.
            using var source = Parse(text).Source();
            return [];
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException or NotSupportedException or InvalidOperationException)
        {
            return [new Problem("bad-connection-string", $"\"{s_key}\" is no connection string of PostgreSQL.", e.Message.ReplaceLineEndings(" "), $"{Example}.")];
        }

        static Problem Missing(string word) => new("bad-connection-string", $"\"{s_key}\" names no {word}.", "Only a server and a database that you chose are written to.", $"{Example}.");
    }

    /// <param name="text">One without problems.</param>
    public static PostgresAddress Parse(string text)
    {
        var words = new NpgsqlConnectionStringBuilder(text);
        // In the driver's own spelling, of which each word has several.
        var given = words.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);
        (words.ApplicationName, words.PersistSecurityInfo) = ("hypha-market", false);
        // Seconds. A database that does not answer is told of soon, and nobody waits for its pages.
        if (!given.Contains("Timeout")) words.Timeout = 5;
        if (!given.Contains("Command Timeout")) words.CommandTimeout = 15;
        // One writes, and a few read for the API; a database for many nodes has no more to give each.
        if (!given.Contains("Maximum Pool Size")) words.MaxPoolSize = Math.Max(4, words.MinPoolSize);
        if (!given.Contains("Connection Idle Lifetime")) words.ConnectionIdleLifetime = 60;
        // Kerberos is asked for by those who have it.
        if (!given.Contains("GSS Encryption Mode")) words.GssEncryptionMode = GssEncryptionMode.Disable;
        if (!given.Contains("SSL Mode") && words.Host!.Split(',').Any(host => !StaysHere(host.Trim()))) words.SslMode = SslMode.VerifyFull;
        return new PostgresAddress(words);
    }

    /// <summary>What opens connections; nothing is opened yet.</summary>
    /// <remarks>The slim one knows plain types alone, which is all that is used and keeps the rest out of a trimmed program.</remarks>
    public NpgsqlDataSource Source() => new NpgsqlSlimDataSourceBuilder(Text).EnableArrays().EnableTransportSecurity().Build();

    /// <summary>The file of the password must be this user's alone, as all secrets.</summary>
    /// <param name="variable">The environment's variables by name; null for this process's.</param>
    /// <exception cref="FatalException">Others may read it, this user may not, or it was named and is not there.</exception>
    public void CheckPassfile(Func<string, string?>? variable = null)
    {
        if (Passfile(variable ?? Environment.GetEnvironmentVariable) is not { } file) return;
        try
        {
            using var open = File.OpenHandle(file);
            var facts = FileFacts.Of(open);
            if (facts.OpenToOthers)
            {
                throw new FatalException(new Problem("passfile-mode", $"The password file {file} has the rights {facts.Octal}.", "Whoever reads it can write the database.", $"Run `chmod 600 {file}`."), ExitCode.Permission);
            }
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
        {
            throw new FatalException(new Problem("passfile-unreadable", $"The password file {file} cannot be read.", e.Message, "Make it, readable for the node's user alone, or name another in Passfile."), ExitCode.Permission, e);
        }
    }

    /// <summary>The file that the driver will read: the one that is named, else the user's own where there is one.</summary>
    private string? Passfile(Func<string, string?> variable)
    {
        if ((_words.Passfile ?? variable("PGPASSFILE")) is { Length: > 0 } named) return named;
        return variable("HOME") is { Length: > 0 } home && Path.Combine(home, ".pgpass") is var own && File.Exists(own) ? own : null;
    }

    /// <summary>Whether what is said to a host leaves no machine: a Unix socket's directory, or a loopback address, with or without a port.</summary>
    private static bool StaysHere(string host)
    {
        if (host is ['/' or '@', ..]) return true;
        if (IPEndPoint.TryParse(host, out var address)) return IPAddress.IsLoopback(address.Address);
        return host.Split(':')[0].Equals("localhost", StringComparison.OrdinalIgnoreCase);
    }
}
