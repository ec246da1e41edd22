using System.Security.Authentication;
using Npgsql;

using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Storage.Prices.Postgres;

/// <summary>What a database's refusal means for an operator, and whatever else keeps the driver from it: it reads files of its own (passwords, certificates), each with its own exceptions.</summary>
internal static class PostgresFailure
{
    /// <summary>Whether an exception is a failure, and neither the end that the caller asked for nor one that says already what to do.</summary>
    public static bool Is(Exception e, CancellationToken stop) => e is not FatalException && !(e is OperationCanceledException && stop.IsCancellationRequested);

    /// <summary>Why a node cannot start with this database.</summary>
    public static FatalException AtStart(PostgresAddress address, Exception e) => e switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => Fatal("no-database", $"There is no database {address}.", e, "Make it (`createdb`), or correct Database in \"history.postgres\".", ExitCode.BadConfiguration),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } => Fatal("database-rights", $"The role may not use or make the tables in the database {address}.", e,
            "Make the role the database's owner, or grant it CREATE on the schema.", ExitCode.Permission),
        _ when IsRefusal(e) => Fatal("database-refused", $"The database {address} lets this node not in.", e,
            "Check Username in \"history.postgres\", and the password in the file that Passfile names or in PGPASSWORD.", ExitCode.Permission),
        // Npgsql alone reads the lines of that file; of all that is read, it is the one thing with a form of its own.
        FormatException => Fatal("passfile-malformed", "The password file has a line that cannot be read.", e, "Write each line as db.example:5432:market:market:PASSWORD, with \\: for a colon in a value.", ExitCode.BadConfiguration),
        _ when IsOfTls(e) => Fatal("database-tls", $"The database {address} gives no TLS that this node trusts.", e,
            "Give the server a certificate for the name in Host, and this machine its authority (Root Certificate= in \"history.postgres\"); SSL Mode= there asks for less.", ExitCode.Permission),
        _ => Fatal("database-unreachable", $"The database {address} cannot be used.", e,
            "Start the server, or correct Host and Port in \"history.postgres\"; without that key the history is kept in a file of this node.", ExitCode.Unhealthy),
    };

    /// <summary>Why the history cannot be written or read now.</summary>
    public static PriceStoreException Now(PostgresAddress address, Exception e) => new($"The history of prices in the database {address} cannot be written or read: {Reason(e)}.", e)
    {
        Fix = "See whether the database runs and can be reached.",
        // SQLSTATE class 22, data exception: the same batch would be refused again.
        IsOfTheTrades = e is PostgresException { SqlState: ['2', '2', ..] },
    };

    /// <summary>SQLSTATE class 28, invalid authorization; and what the driver itself says where it has no password to give.</summary>
    private static bool IsRefusal(Exception e) => e is PostgresException { SqlState: ['2', '8', ..] } || (e is NpgsqlException and not PostgresException && e.Message.StartsWith("No password", StringComparison.Ordinal));

    /// <summary>The server has none, or a certificate that is not its own, is no longer valid or is signed by a stranger.</summary>
    private static bool IsOfTls(Exception e) => e is AuthenticationException || e.InnerException is AuthenticationException || e.Message.StartsWith("SSL connection requested", StringComparison.Ordinal);

    private static FatalException Fatal(string code, string what, Exception e, string fix, ExitCode exit) => new(new Problem(code, what, Reason(e) + ".", fix), exit, e);

    /// <summary>The driver's sentence and the system's below it; neither repeats a connection string.</summary>
    private static string Reason(Exception e) => (e.InnerException is { } inner ? $"{e.Message.TrimEnd('.')}: {inner.Message}" : e.Message).TrimEnd('.').ReplaceLineEndings(" ");
}
