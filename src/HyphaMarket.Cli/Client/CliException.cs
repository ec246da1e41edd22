using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Client;

/// <summary>A verb failed in a way that the user can understand.</summary>
internal sealed class CliException : Exception
{
    public CliException() : this(ExitCode.Error, "failed", "The command failed.") { }
    public CliException(string message) : this(ExitCode.Error, "failed", message) { }
    public CliException(string message, Exception innerException) : this(ExitCode.Error, "failed", message, "", innerException) { }

    public CliException(ExitCode exitCode, string code, string reason, string hint = "", Exception? cause = null) : base(reason, cause) =>
        (ExitCode, Error) = (exitCode, new ApiError(code, reason, hint));

    public CliException(ExitCode exitCode, ApiError error) : base(error.Reason) => (ExitCode, Error) = (exitCode, error);

    public ExitCode ExitCode { get; }
    public ApiError Error { get; }
}
