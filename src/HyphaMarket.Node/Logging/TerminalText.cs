using HyphaMarket.Wire;

namespace HyphaMarket.Node.Logging;

/// <summary>Texts on their way to a terminal. Much of what the programs show is other people's (refusals, notes, names), and a terminal obeys what is in it.</summary>
public static class TerminalText
{
    /// <summary>A cell, or a sentence of its own; line breaks stay, for those who lay them out.</summary>
    public static string Of(string? text) => text is null ? "" : PlainText.Of(text, lines: true);

    /// <summary>A text after a label: its further lines stand under its first, so that none passes for a labelled one.</summary>
    /// <param name="width">Of the label.</param>
    public static string Under(string text, int width) => Of(text).Replace("\n", "\n" + new string(' ', width), StringComparison.Ordinal);

    /// <summary>A text within a line.</summary>
    public static string InLine(string? text) => Of(text).Replace('\n', ' ');
}
