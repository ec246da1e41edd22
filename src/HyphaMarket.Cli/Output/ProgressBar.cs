using Spectre.Console;

namespace HyphaMarket.Cli.Output;

/// <summary>A bar on standard error while something takes long; nothing where that is no terminal.</summary>
internal static class ProgressBar
{
    /// <summary>Does the work on another thread.</summary>
    /// <param name="what">What is done, in a word or two.</param>
    /// <param name="work">Reports the share that is done, 0 to 1, from any thread.</param>
    public static Task<T> RunAsync<T>(CliConsole console, string what, Func<Action<double>, T> work, CancellationToken stop)
    {
        if (!console.ErrorIsTerminal) return Task.Run(() => work(static _ => { }), stop);
        var bar = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(console.Error), ColorSystem = console.Color ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors });
        return bar.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).StartAsync(context =>
        {
            var task = context.AddTask(Markup.Escape(what), maxValue: 1);
            // Reports of several threads may overtake each other.
            return Task.Run(() => work(done => task.Value = Math.Max(task.Value, done)), stop);
        });
    }
}
