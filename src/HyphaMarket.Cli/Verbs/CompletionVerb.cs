using System.CommandLine;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>completion</c>: a script for a shell, which asks this program for what fits: it never lags behind the verbs.</summary>
internal static class CompletionVerb
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            # In ~/.bashrc: source <(hypha-market completion bash)
            _hypha_market() {
                local IFS=$'\n' suggested
                suggested="$(hypha-market "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)"
                COMPREPLY=($(compgen -W "${suggested}" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _hypha_market hypha-market
            """,
        ["zsh"] = """
            #compdef hypha-market
            # In ~/.zshrc: source <(hypha-market completion zsh)
            _hypha_market() {
                local -a suggested
                suggested=("${(@f)$(hypha-market "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                if (( ${#suggested} && ${#suggested[1]} )); then compadd -- "${suggested[@]}"; else _files; fi
            }
            compdef _hypha_market hypha-market
            """,
        ["fish"] = """
            # In ~/.config/fish/completions/hypha-market.fish: hypha-market completion fish
            function __hypha_market
                set -l line (commandline -cp)
                hypha-market "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete -c hypha-market -a '(__hypha_market)'
            """,
        ["pwsh"] = """
            # In $PROFILE: hypha-market completion pwsh | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName hypha-market -ScriptBlock {
                param($word, $line, $cursor)
                hypha-market "[suggest:$cursor]" "$line" 2>$null | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
            }
            """,
    };

    public static Command Create(CliApp app)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh, fish or pwsh." }.OneOf([.. Scripts.Keys]);
        return new Command("completion", "Print a script that lets a shell complete this program's verbs and options.") { shell }.WithVerb(app, (context, _) =>
        {
            // A script is neither a table nor a list: it is the same in every format.
            context.Console.Out.WriteLine(Scripts[context.Value(shell)]);
            return Task.CompletedTask;
        });
    }
}
