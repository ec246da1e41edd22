using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace HyphaMarket.Libp2p.Transport.WebSockets;

/// <summary>The first line and the fields of an HTTP/1.1 message, read exactly: nothing here is guessed or mended.</summary>
/// <remarks>Source: RFC 9112 sections 2 to 5.</remarks>
internal sealed class HttpHead
{
    /// <summary>A browser sends about 15 fields; a proxy in between adds a few.</summary>
    private const int MaxFields = 64;

    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    /// <summary>RFC 9110 5.6.2: the characters of a field's name.</summary>
    private static readonly SearchValues<byte> s_token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private readonly List<(string Name, string Value)> _fields;

    private HttpHead(string startLine, List<(string Name, string Value)> fields)
    {
        StartLine = startLine;
        _fields = fields;
    }

    /// <summary>The request line or the status line.</summary>
    public string StartLine { get; }

    /// <summary>Reads a head up to and including its empty line; what is wrong with it is in <paramref name="error"/>. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out HttpHead? head, [NotNullWhen(false)] out string? error)
    {
        head = null;
        if (!TryTakeLine(ref bytes, out var startLine, out error)) return false;
        var fields = new List<(string Name, string Value)>();
        while (true)
        {
            if (!TryTakeLine(ref bytes, out var line, out error)) return false;
            if (line.IsEmpty) break;
            var colon = line.IndexOf((byte)':');
            // "No whitespace is allowed between the field name and colon", and a line that begins with a space (folding) is refused by this too.
            if (colon <= 0 || line[..colon].ContainsAnyExcept(s_token)) return Fail("a field has no proper name", out error);
            if (fields.Count == MaxFields) return Fail($"there are more than {MaxFields} fields", out error);
            fields.Add((Encoding.ASCII.GetString(line[..colon]), Encoding.Latin1.GetString(line[(colon + 1)..]).Trim(' ', '\t')));
        }
        if (!bytes.IsEmpty) return Fail("bytes follow the empty line", out error);
        head = new HttpHead(Encoding.Latin1.GetString(startLine), fields);
        return true;
    }

    /// <summary>Whether a field is there at all.</summary>
    public bool Has(string name) => _fields.Any(field => IsNamed(field, name));

    /// <summary>The value of a field that stands exactly once; null where it is missing or repeated.</summary>
    public string? Single(string name)
    {
        string? found = null;
        foreach (var field in _fields)
        {
            if (!IsNamed(field, name)) continue;
            if (found is not null) return null;
            found = field.Value;
        }
        return found;
    }

    /// <summary>Whether a comma-separated list, perhaps over several fields, has an element, upper or lower case alike.</summary>
    public bool Lists(string name, string element) =>
        _fields.Any(field => IsNamed(field, name) && field.Value.Split(',').Any(item => item.Trim(' ', '\t').Equals(element, StringComparison.OrdinalIgnoreCase)));

    private static bool IsNamed((string Name, string Value) field, string name) => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes a line without its end. Control characters, a lone CR or LF among them, are refused: proxies disagree on what they mean.</summary>
    private static bool TryTakeLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line, [NotNullWhen(false)] out string? error)
    {
        error = null;
        line = default;
        var end = rest.IndexOf(LineEnd);
        if (end < 0) return Fail("a line has no end", out error);
        line = rest[..end];
        rest = rest[(end + LineEnd.Length)..];
        foreach (var value in line)
        {
            if (value is < 0x20 and not (byte)'\t' or 0x7f) return Fail("it holds a control character", out error);
        }
        return true;
    }

    private static bool Fail(string reason, out string error)
    {
        error = reason;
        return false;
    }
}
