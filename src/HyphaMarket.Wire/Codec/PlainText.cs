using System.Globalization;
using System.Text;

namespace HyphaMarket.Wire;

/// <summary>Texts of strangers, which land in logs and on terminals: nothing in them may move the cursor, turn a line around or begin a new one.</summary>
public static class PlainText
{
    /// <summary>Characters of a stranger's sentence; the program's own longest have some three hundred.</summary>
    public const int MaxSentence = 512;

    public static bool IsPlain(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsPlain(rune)) return false;
        }

        return true;
    }

    /// <summary>The text with a question mark for whatever is not plain.</summary>
    /// <param name="lines">Whether it may have line breaks: then whoever shows it sees to it that no line of it passes for another's.</param>
    public static string Of(string text, bool lines = false)
    {
        if (IsPlain(text)) return text;
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) plain.Append(IsPlain(rune) || (lines && rune.Value == '\n') ? rune.ToString() : "?");
        return plain.ToString();
    }

    /// <summary>A plain text of bounded length: what a peer says, as it may be kept and shown.</summary>
    /// <param name="most">UTF-16 code units, at least 1; the rest is cut off.</param>
    public static string Cut(string text, int most = MaxSentence)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= most) return Of(text);
        // Not through the middle of a character.
        return Of(text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)]);
    }

    private static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
