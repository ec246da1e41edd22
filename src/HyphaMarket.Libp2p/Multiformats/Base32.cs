namespace HyphaMarket.Libp2p.Multiformats;

/// <summary>Base32 of RFC 4648 in lower case without padding, which multibase marks with the prefix <c>b</c>.</summary>
public static class Base32
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>The multibase prefix of this encoding.</summary>
    public const char MultibasePrefix = 'b';

    /// <summary>Encodes bytes, without the multibase prefix.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new char[((bytes.Length * 8) + 4) / 5];
        int bits = 0, held = 0, at = 0;
        foreach (var current in bytes)
        {
            held = (held << 8) | current;
            for (bits += 8; bits >= 5; bits -= 5) text[at++] = Alphabet[(held >> (bits - 5)) & 31];
            held &= 0xFF;
        }
        if (bits > 0) text[at] = Alphabet[(held << (5 - bits)) & 31];
        return new string(text);
    }

    /// <summary>Decodes text without its multibase prefix; false for a strange character, an impossible length or trailing bits; never throws.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        var result = new byte[(int)((long)text.Length * 5 / 8)];
        int bits = 0, held = 0, at = 0;
        foreach (var character in text)
        {
            var value = character switch
            {
                >= 'a' and <= 'z' => character - 'a',
                >= '2' and <= '7' => character - '2' + 26,
                _ => -1,
            };
            if (value < 0) return false;
            held = (held << 5) | value;
            bits += 5;
            if (bits < 8) continue;
            bits -= 8;
            result[at++] = (byte)(held >> bits);
            held &= (1 << bits) - 1;
        }
        // A whole group more than needed, or bits that encode nothing: two texts would mean the same bytes.
        if (bits >= 5 || held != 0) return false;
        bytes = result;
        return true;
    }

    /// <summary>Encodes bytes with the multibase prefix.</summary>
    public static string EncodeMultibase(ReadOnlySpan<byte> bytes) => MultibasePrefix + Encode(bytes);

    /// <summary>Decodes text that starts with the multibase prefix <c>b</c>; never throws.</summary>
    public static bool TryDecodeMultibase(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        return !text.IsEmpty && text[0] == MultibasePrefix && TryDecode(text[1..], out bytes);
    }
}
