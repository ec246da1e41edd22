using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Mistakes;

/// <summary>Something that an operator does or finds, and what the program must answer.</summary>
/// <param name="Name">What went wrong, in a few words.</param>
/// <param name="Line">What is then run. <c>{dir}</c> stands for the data directory.</param>
/// <param name="Code">The stable code of the answer.</param>
/// <param name="Says">Words of it that tell what to do.</param>
internal sealed record OperatorMistake(string Name, string Line, ExitCode Exit, string Code, string Says)
{
    /// <summary>Brings the mistake about, on a data directory that <c>init</c> made; what it returns is undone after the test.</summary>
    public Func<CommandLine, Task<IAsyncDisposable?>>? Prepare { get; init; }

    /// <summary>There is no data directory yet.</summary>
    public bool BeforeInit { get; init; }

    public override string ToString() => Name;
}
