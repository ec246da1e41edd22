using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Storage.Prices.Postgres;

/// <summary>What a database's refusal means for an operator.</summary>
internal static class PostgresFailure
{
    /// <summary>Whether an exception tells of the database or the way to it, and not of this program. The way begins with the files of passwords and certificates.</summary>
    public static bool Is(Exception e) => e is NpgsqlException or SocketException or IOException or UnauthorizedAccessException or TimeoutException or AuthenticationException;

    /// <summary>Why a node cannot start with this database.</summary>
    public static FatalException AtStart(PostgresAddress address, Exception e) => e switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => Fatal("no-database", $"There is no database {address}.", e, "Make it (`createdb`), or correct Database in \"history.postgres\".", ExitCode.BadConfiguration),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } => Fatal("database-rights", $"The role may not use or make the tables in the database {address}.", e,
            "Make the role the database's owner, or grant it CREATE on the schema.", ExitCode.Permission),
        _ when IsRefusal(e) => Fatal("database-refused", $"The database {address} lets this node not in.", e,
            "Check Username in \"history.postgres\", and the password in the file that Passfile names or in PGPASSWORD.", ExitCode.Permission),
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

    private static FatalException Fatal(string code, string what, Exception e, string fix, ExitCode exit) => new(new Problem(code, what, Reason(e) + ".", fix), exit, e);

    /// <summary>The driver's sentence and the system's below it; neither repeats a connection string.</summary>
    private static string Reason(Exception e) => (e.InnerException is { } inner ? $"{e.Message.TrimEnd('.')}: {inner.Message}" : e.Message).TrimEnd('.').ReplaceLineEndings(" ");
}
