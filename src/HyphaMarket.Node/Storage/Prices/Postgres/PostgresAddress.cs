using System.ComponentModel;
using System.Data.Common;
using Npgsql;

using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;

namespace HyphaMarket.Node.Storage.Prices.Postgres;

/// <summary>Where a database is and how it is spoken with: an operator's connection string, checked and completed.</summary>
/// <remarks>
/// The string holds no password, since it comes from files and variables that many may read. The driver takes one from the file that <c>Passfile</c> names, from
/// <c>PGPASSFILE</c> or <c>~/.pgpass</c>, or from <c>PGPASSWORD</c>; over a Unix socket a server often wants none.
/// </remarks>
internal sealed class PostgresAddress
{
    private const string Example = "Write it as Host=db.example;Database=market;Username=market;Passfile=/etc/hypha-market/pgpass";

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
            return words.Passfile is { } file && !Path.IsPathFullyQualified(file)
                ? [new Problem("bad-connection-string", $"Passfile in \"{s_key}\" is no absolute path.", "A daemon has no place from where another path could start.", "Give it with all its directories, as in /etc/hypha-market/pgpass.")]
                : [];
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            return [new Problem("bad-connection-string", $"\"{s_key}\" is no connection string of PostgreSQL.", e.Message.ReplaceLineEndings(" "), $"{Example}.")];
        }

        static Problem Missing(string word) => new("bad-connection-string", $"\"{s_key}\" names no {word}.", "Only a server and a database that you chose are written to.", $"{Example}.");
    }

    /// <param name="text">One without problems.</param>
    public static PostgresAddress Parse(string text)
    {
        var given = new DbConnectionStringBuilder { ConnectionString = text };
        var words = new NpgsqlConnectionStringBuilder(text) { ApplicationName = "hypha-market", PersistSecurityInfo = false };
        // Seconds. A database that does not answer is told of soon, and nobody waits for its pages.
        if (!Says(given, "Timeout")) words.Timeout = 5;
        if (!Says(given, "Command Timeout")) words.CommandTimeout = 15;
        // One writes, and a few read for the API; a database for many nodes has no more to give each.
        if (!Says(given, "Maximum Pool Size")) words.MaxPoolSize = 4;
        if (!Says(given, "Connection Idle Lifetime")) words.ConnectionIdleLifetime = 60;
        // Kerberos is asked for by those who have it.
        if (!Says(given, "GSS Encryption Mode")) words.GssEncryptionMode = GssEncryptionMode.Disable;
        return new PostgresAddress(words);
    }

    /// <summary>The file of the password must be this user's alone, as all secrets.</summary>
    /// <exception cref="FatalException">Others may read it, or it is not there.</exception>
    public void CheckPassfile()
    {
        var usual = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pgpass");
        if ((_words.Passfile ?? Environment.GetEnvironmentVariable("PGPASSFILE") ?? (File.Exists(usual) ? usual : null)) is not { Length: > 0 } file) return;
        try
        {
            using var handle = File.OpenHandle(file);
            if (FileFacts.Of(handle) is { OpenToOthers: true } facts)
            {
                throw new FatalException(new Problem("passfile-mode", $"The password file {file} has the rights {facts.Octal}.", "Whoever reads it can write the database.", $"Run `chmod 600 {file}`."), ExitCode.Permission);
            }
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
        {
            throw new FatalException(new Problem("passfile-unreadable", $"The password file {file} cannot be read.", e.Message, "Make it, readable for the node's user alone, or name another in Passfile."), ExitCode.Permission, e);
        }
    }

    private static bool Says(DbConnectionStringBuilder given, string word) => given.ContainsKey(word) || given.ContainsKey(word.Replace(" ", "", StringComparison.Ordinal));
}
