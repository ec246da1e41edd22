using System.Text.RegularExpressions;

using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Support;

/// <summary>Takes secrets out of text that leaves the machine: the values that it is told, and what looks like one.</summary>
internal sealed partial class Redactor(IEnumerable<string> secrets)
{
    /// <summary>Shorter ones would be found in innocent words.</summary>
    private const int ShortestSecret = 8;

    private readonly IReadOnlyList<string> _secrets = [.. secrets.Select(secret => secret.Trim()).Where(secret => secret.Length >= ShortestSecret)];

    public string Clean(string text)
    {
        foreach (var secret in _secrets) text = text.Replace(secret, SecretWords.Mark, StringComparison.Ordinal);
        text = Bearer().Replace(text, "$1" + SecretWords.Mark);
        text = UserInformation().Replace(text, "$1" + SecretWords.Mark + "@");
        return Named().Replace(text, "$1" + SecretWords.Mark);
    }

    /// <summary>RFC 6750: "Authorization: Bearer mF_9.B5f-4.1JqM".</summary>
    [GeneratedRegex("""(\b[Bb]earer\s+)[A-Za-z0-9\-._~+/]+=*""")]
    private static partial Regex Bearer();

    /// <summary>RFC 3986: "Applications should not render as clear text any data after the first colon (":") character found within a userinfo subcomponent". To the last @: a password that was not encoded may hold one.</summary>
    [GeneratedRegex("""(://[^\s:/@"']*:)[^\s"']*@""")]
    private static partial Regex UserInformation();

    /// <summary>A JSON member, a setting or a variable whose name says that its value is nobody's business.</summary>
    [GeneratedRegex("((?:" + SecretWords.Passwords + """|passphrase|secret|token|private_?key)["']?\s*[:=]\s*["']?)[^\s"',;}\[][^\s"',;}]*""", RegexOptions.IgnoreCase)]
    private static partial Regex Named();
}
