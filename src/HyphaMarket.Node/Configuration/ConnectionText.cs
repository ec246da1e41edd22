using System.Data.Common;

namespace HyphaMarket.Node.Configuration;

/// <summary>A database's connection string as text for people: without its secrets. Knows no driver, since it is needed where none is loaded.</summary>
public static class ConnectionText
{
    /// <summary>The words of a connection string whose values are secret, as drivers of databases spell them, without spaces and in small letters.</summary>
    private static readonly HashSet<string> s_secrets = [.. SecretWords.Passwords.Split('|'), "pass", "sslpassword"];

    /// <summary>The string with a mark in place of each secret. What cannot be read, and every address with a scheme, is a mark as a whole: nobody knows what is in it.</summary>
    public static string Redact(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (HasScheme(text)) return SecretWords.Mark;
        try
        {
            var words = new DbConnectionStringBuilder { ConnectionString = text };
            var secret = SecretsOf(words);
            foreach (var word in secret) words[word] = SecretWords.Mark;
            return secret.Count == 0 ? text : words.ConnectionString;
        }
        catch (ArgumentException)
        {
            return SecretWords.Mark;
        }
    }

    /// <summary>Whether it is of the form <c>postgresql://...</c>, in any driver's dialect: all of them take a password there, and each reads it by rules of its own.</summary>
    internal static bool HasScheme(string text) => text.Contains("://", StringComparison.Ordinal);

    /// <summary>Whether it holds a secret.</summary>
    /// <exception cref="ArgumentException">It cannot be read.</exception>
    internal static bool HasSecret(string text) => SecretsOf(new DbConnectionStringBuilder { ConnectionString = text }).Count > 0;

    private static List<string> SecretsOf(DbConnectionStringBuilder words) =>
        [.. words.Keys.Cast<string>().Where(word => s_secrets.Contains(word.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant()))];
}
