using System.Globalization;

namespace HyphaMarket.Bench.Peers;

/// <summary>One line between <c>bench libp2p</c> and a peer: <c>NUMBER WORD key=value key=value</c>, where no key or value holds a space.</summary>
/// <remarks>
/// A request's word is its command. It is answered, with its number, by <c>ok</c> and what was asked for, or by <c>error</c> and a sentence instead of the pairs.
/// Not JSON, because a node is measured with all that is loaded into its process, and no node needs a JSON parser.
/// </remarks>
/// <param name="Rest">The pairs, or the sentence.</param>
internal sealed record PeerLine(int Number, string Word, string Rest)
{
    public const string Ok = "ok", Error = "error";

    /// <returns>Null where the line is no such line, as what a runtime prints by itself.</returns>
    public static PeerLine? TryParse(string line)
    {
        var parts = line.Split(' ', 3);
        return parts.Length >= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new PeerLine(number, parts[1], parts.Length == 3 ? parts[2] : "")
            : null;
    }

    /// <exception cref="FormatException">The line does not have it.</exception>
    public string Text(string key)
    {
        foreach (var pair in Rest.Split(' '))
        {
            if (pair.Length > key.Length && pair[key.Length] == '=' && pair.StartsWith(key, StringComparison.Ordinal)) return pair[(key.Length + 1)..];
        }

        throw new FormatException($"'{this}' tells no {key}.");
    }

    /// <exception cref="FormatException">The line does not have it, or it is no number.</exception>
    public double Real(string key) => double.Parse(Text(key), CultureInfo.InvariantCulture);

    /// <exception cref="FormatException">The line does not have it, or it is no whole number.</exception>
    public long Whole(string key) => long.Parse(Text(key), CultureInfo.InvariantCulture);

    public override string ToString() => Rest.Length == 0 ? $"{Number} {Word}" : $"{Number} {Word} {Rest}";
}
