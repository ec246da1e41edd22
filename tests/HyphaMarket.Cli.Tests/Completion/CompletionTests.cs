using System.Diagnostics;

using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Completion;

/// <summary>The scripts of <c>completion</c> in the shells themselves; the program is a function of the shell there, and answers one question only. No Debian has PowerShell.</summary>
[CancelAfter(60_000)]
public sealed class CompletionTests
{
    /// <summary>Is asked for what fits at the end of "hypha-market node st", 20 characters.</summary>
    private const string Question = "hypha-market node st";

    private static readonly string[] s_fitting = ["status", "stop"];

    private CommandLine _line = null!;

    [SetUp]
    public void MakeLine() => _line = new CommandLine();

    [TearDown]
    public void DeleteLine() => _line.Dispose();

    [Test]
    public async Task Program_SaysWhatFits()
    {
        Assert.That((await _line.RunAsync("[suggest:21]", "hypha-market node stat")).Out.Split('\n'), Does.Contain("status"));
        Assert.That((await _line.RunAsync("[suggest:30]", "hypha-market completion powershe")).Code, Is.EqualTo(ExitCode.Ok));
    }

    [Test]
    public async Task Bash_AsksTheProgramItself_AndKeepsWhatFits(CancellationToken stop) => Assert.That(await CompleteAsync("bash", """
        hypha-market() { if [ "$1" = "[suggest:20]" ] && [ "$2" = "hypha-market node st" ]; then printf 'status\nstop\nrun\n'; fi; }
        COMP_LINE="hypha-market node st" COMP_POINT=20 COMP_CWORD=2 COMP_WORDS=(hypha-market node st)
        _hypha_market
        printf '%s\n' "${COMPREPLY[@]}"
        """, stop), Is.EqualTo(s_fitting));

    /// <summary>In a line editor of its own, as a person has it: the Tab key, and what the editor's line is then.</summary>
    [Test]
    public async Task Zsh_CompletesTheLine(CancellationToken stop)
    {
        var script = await ScriptAsync("zsh", stop);
        var inner = _line.Directory.File("rc.zsh");
        await File.WriteAllTextAsync(inner, """
            autoload -Uz compinit
            compinit -D -u
            """ + "\n" + script + """

            hypha-market() { if [ "$1" = "[suggest:20]" ] && [ "$2" = "hypha-market node st" ]; then printf 'status\nstatues\n'; fi; }
            tell() { print -r -- "LINE<$BUFFER>"; exit }
            zle -N tell
            bindkey '^X' tell
            bindkey '^I' complete-word
            PS1='READY>'
            """, stop);
        // The longest common beginning of both is filled in.
        var seen = await RunAsync("zsh", stop, "-f", "-c", $$"""
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell 'source {{inner}}'
            zpty -r -m shell seen '*READY>*'
            zpty -w -n shell $'hypha-market node st\t\x18'
            zpty -r -m shell seen '*LINE<*>*'
            print -r -- "$seen"
            zpty -d shell
            """);
        Assert.That(seen, Does.Contain("LINE<hypha-market node statu"));
    }

    [Test]
    public async Task Fish_CompletesTheLine(CancellationToken stop) => Assert.That(await CompleteAsync("fish", $$"""
        function hypha-market
            if test "$argv[1]" = "[suggest:20]" -a "$argv[2]" = "{{Question}}"
                printf 'status\nstop\nrun\n'
            end
        end
        complete -C "{{Question}}"
        """, stop), Is.EqualTo(s_fitting));

    private async Task<string[]> CompleteAsync(string shell, string question, CancellationToken stop)
    {
        var script = await ScriptAsync(shell, stop);
        return (await RunAsync(shell, stop, "-c", script + "\n" + question)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The script, after the shell has read it without running it.</summary>
    private async Task<string> ScriptAsync(string shell, CancellationToken stop)
    {
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(directory => File.Exists(Path.Combine(directory, shell)))) Assert.Ignore($"{shell} is not installed; tests/install-tools.sh installs it where it may.");
        var script = (await _line.RunAsync("completion", shell)).Out;
        var file = _line.Directory.File($"completion.{shell}");
        await File.WriteAllTextAsync(file, script, stop);
        await RunAsync(shell, stop, "-n", file);
        return script;
    }

    private async Task<string> RunAsync(string shell, CancellationToken stop, params string[] arguments)
    {
        var start = new ProcessStartInfo(shell, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _line.Directory.Path };
        start.Environment["HOME"] = _line.Directory.Path;
        start.Environment["TERM"] = "dumb";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
        try
        {
            await process.WaitForExitAsync(stop);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        Assert.That(process.ExitCode, Is.Zero, await errors);
        return await output;
    }
}
