namespace HyphaMarket.Node.Hosting;

/// <summary>The node cannot start or go on, and the operator can do something about it. Printed as prose, never as a stack trace.</summary>
public sealed class FatalException : Exception
{
    public FatalException() : this("The node cannot go on.") { }
    public FatalException(string message) : this(new Problem("fatal", message, "The node cannot go on.", "See the log for more."), ExitCode.Error) { }
    public FatalException(string message, Exception innerException) : base(message, innerException)
    {
        Problems = [new Problem("fatal", message, "The node cannot go on.", "See the log for more.")];
        ExitCode = ExitCode.Error;
    }

    public FatalException(Problem problem, ExitCode exitCode, Exception? innerException = null) : this([problem], exitCode, innerException) { }

    /// <param name="problems">At least one.</param>
    public FatalException(IReadOnlyList<Problem> problems, ExitCode exitCode, Exception? innerException = null)
        : base(string.Join("\n\n", problems ?? throw new ArgumentNullException(nameof(problems))), innerException)
    {
        Problems = problems;
        ExitCode = exitCode;
    }

    /// <summary>Everything that is wrong, so that one run tells all.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    public ExitCode ExitCode { get; }
}
