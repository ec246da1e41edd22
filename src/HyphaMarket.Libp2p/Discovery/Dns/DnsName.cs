using System.Text;

namespace HyphaMarket.Libp2p.Discovery.Dns;

/// <summary>A domain name in its uncompressed wire form. Names are equal without regard to the case of ASCII letters. Immutable.</summary>
/// <remarks>Source: RFC 1035, section 3.1.</remarks>
internal sealed class DnsName : IEquatable<DnsName>
{
    /// <summary>"255 octets or less", the lengths and the root's zero included.</summary>
    public const int MaxLength = 255;

    /// <summary>"63 octets or less."</summary>
    public const int MaxLabelLength = 63;

    private readonly byte[] _wire;

    private DnsName(byte[] wire) => _wire = wire;

    /// <summary>Labels, each behind its length, and a zero.</summary>
    public ReadOnlySpan<byte> Wire => _wire;

    /// <summary>Reads dotted text of printable ASCII, such as <c>_p2p._udp.local</c>; a dot at the end is allowed.</summary>
    /// <exception cref="FormatException">A label is empty or too long, the name is too long, or it has other characters.</exception>
    public static DnsName Parse(string text) => TryParse(text, out var name) ? name! : throw new FormatException($"'{text}' is no domain name.");

    /// <summary>Reads dotted text of printable ASCII; never throws.</summary>
    public static bool TryParse(string? text, out DnsName? name)
    {
        name = null;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength || text.Any(letter => letter is <= ' ' or > '~' or '\\')) return false;
        var wire = new List<byte>(text.Length + 2);
        foreach (var label in (text[^1] == '.' ? text[..^1] : text).Split('.'))
        {
            if (label.Length is 0 or > MaxLabelLength) return false;
            wire.Add((byte)label.Length);
            wire.AddRange(Encoding.ASCII.GetBytes(label));
        }
        wire.Add(0);
        if (wire.Count > MaxLength) return false;
        name = new DnsName([.. wire]);
        return true;
    }

    /// <summary>Reads a name out of a message and moves the position behind it; false where it is malformed. Never throws.</summary>
    /// <remarks>
    /// "A pointer to a prior occurrence of the same name": one that points elsewhere than backwards is refused, so every pointer brings the end nearer, and
    /// the length of the whole bounds the work.
    /// </remarks>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int position, out DnsName? name)
    {
        name = null;
        Span<byte> wire = stackalloc byte[MaxLength];
        var length = 0;
        var at = position;
        var end = -1;
        var lowest = position;
        while (at < message.Length)
        {
            var head = message[at];
            switch (head >> 6)
            {
                case 0 when head == 0:
                    wire[length++] = 0;
                    position = end >= 0 ? end : at + 1;
                    name = new DnsName(wire[..length].ToArray());
                    return true;
                case 0:
                    // The zero at the end needs its place too.
                    if (at + 1 + head > message.Length || length + 1 + head >= MaxLength) return false;
                    message.Slice(at, 1 + head).CopyTo(wire[length..]);
                    length += 1 + head;
                    at += 1 + head;
                    break;
                case 3:
                    if (at + 2 > message.Length) return false;
                    if (end < 0) end = at + 2;
                    at = ((head & 0x3F) << 8) | message[at + 1];
                    if (at >= lowest) return false;
                    lowest = at;
                    break;
                default:
                    return false;
            }
        }
        return false;
    }

    /// <summary>True where this name is a label or more below the other.</summary>
    public bool IsBelow(DnsName parent)
    {
        // Cut at the front, label by label, so that a label which happens to end like the parent does not count.
        for (var at = 0; _wire.Length - at > parent._wire.Length; at += 1 + _wire[at])
        {
            if (_wire.Length - at - 1 - _wire[at] == parent._wire.Length && Same(_wire.AsSpan(at + 1 + _wire[at]), parent._wire)) return true;
        }
        return false;
    }

    public bool Equals(DnsName? other) => other is not null && Same(_wire, other._wire);

    public override bool Equals(object? obj) => Equals(obj as DnsName);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var value in _wire) hash.Add(Lower(value));
        return hash.ToHashCode();
    }

    /// <summary>Dotted text; what is no printable ASCII, and a dot within a label, as a backslash and three digits.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var at = 0; _wire[at] != 0; at += 1 + _wire[at])
        {
            if (text.Length > 0) text.Append('.');
            foreach (var letter in _wire.AsSpan(at + 1, _wire[at]))
            {
                if (letter is > (byte)' ' and <= (byte)'~' and not (byte)'.' and not (byte)'\\') text.Append((char)letter);
                else text.Append('\\').Append(letter.ToString("D3", System.Globalization.CultureInfo.InvariantCulture));
            }
        }
        return text.Length == 0 ? "." : text.ToString();
    }

    // Lengths are at most 63 and so below the letters: they are never folded.
    private static bool Same(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        if (one.Length != other.Length) return false;
        for (var i = 0; i < one.Length; i++)
        {
            if (Lower(one[i]) != Lower(other[i])) return false;
        }
        return true;
    }

    private static byte Lower(byte value) => value is >= (byte)'A' and <= (byte)'Z' ? (byte)(value | 0x20) : value;
}
