using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Verbs;

/// <summary>How one verb is tried in every format. A verb of the program without one fails <see cref="EveryVerbTests"/>.</summary>
/// <param name="Line">A command line that does something. <c>{order}</c>, <c>{match}</c> and <c>{file}</c> stand for an order, a match and a new file of the test's.</param>
internal sealed record VerbCase(string Line)
{
    /// <summary>How it may end; more than one where the machine decides.</summary>
    public IReadOnlyList<ExitCode> Ends { get; init; } = [ExitCode.Ok];

    /// <summary>Without a daemon it ends with <see cref="ExitCode.DaemonUnreachable"/>.</summary>
    public bool NeedsDaemon { get; init; } = true;

    /// <summary>It writes value after value, a line each in JSON too.</summary>
    public bool IsStream { get; init; }

    /// <summary>It writes no data: talk alone, or a text that is the same in every format.</summary>
    public bool HasNoData { get; init; }

    /// <summary>The daemon is not the same afterwards.</summary>
    public bool EndsDaemon { get; init; }

    /// <summary>It takes long: only JSON is tried.</summary>
    public bool IsSlow { get; init; }

    /// <summary>The tests that run it instead, because it does not end by itself or starts processes.</summary>
    public Type? TriedBy { get; init; }

    /// <summary>Its words before the first argument or option.</summary>
    public string Name => string.Join(' ', Line.Split(' ').TakeWhile(word => char.IsAsciiLetterLower(word[0])).Take(Words));

    /// <summary>One for verbs without a noun.</summary>
    public int Words { get; init; } = 2;
}
