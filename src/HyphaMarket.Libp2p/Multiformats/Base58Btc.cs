using SimpleBase;

namespace HyphaMarket.Libp2p.Multiformats;

/// <summary>Base58 with the alphabet of bitcoin: the usual text of peer ids.</summary>
public static class Base58Btc
{
    /// <summary>Decoding costs the square of the length, so longer text is refused unread; nothing libp2p writes in base58 comes near it.</summary>
    public const int MaxTextLength = 512;

    public static string Encode(ReadOnlySpan<byte> bytes) => Base58.Bitcoin.Encode(bytes);

    /// <summary>Decodes text; false for a character outside the alphabet or text over <see cref="MaxTextLength"/>; never throws.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        if (text.Length > MaxTextLength) return false;
        foreach (var character in text)
        {
            if (!IsInAlphabet(character)) return false;
        }
        bytes = Base58.Bitcoin.Decode(text);
        return true;
    }

    // The alphabet leaves out what is easily misread: 0, O, I and l.
    private static bool IsInAlphabet(char c) =>
        c is (>= '1' and <= '9') or (>= 'A' and <= 'H') or (>= 'J' and <= 'N') or (>= 'P' and <= 'Z') or (>= 'a' and <= 'k') or (>= 'm' and <= 'z');
}
