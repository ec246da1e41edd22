namespace HyphaMarket.Node.Configuration;

/// <summary>How names say that a value is nobody's business, and what stands in its place in texts for people.</summary>
public static class SecretWords
{
    public const string Mark = "[redacted]";

    /// <summary>What programs call a password, in small letters, with bars between, as a regular expression takes them.</summary>
    public const string Passwords = "password|passwd|pwd|psw";
}
