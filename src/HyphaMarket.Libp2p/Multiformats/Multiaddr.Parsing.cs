using System.Diagnostics.CodeAnalysis;

namespace HyphaMarket.Libp2p.Multiformats;

public sealed partial class Multiaddr
{
    // The text of 512 bytes is at most 16 names and values; base58 and decimal IPv6 stay well under four characters a byte.
    private const int MaxTextLength = 4 * MaxBytes;

    private const string Example = "/ip4/127.0.0.1/tcp/4001";

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is no address; the message says what is wrong and what to write.</exception>
    public static Multiaddr Parse(string text) =>
        TryParse(text, out var address, out var error) ? address : throw new FormatException(error);

    /// <summary>Reads the text form; never throws.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Multiaddr? address) => TryParse(text, out address, out _);

    /// <summary>Reads the text form; where it is wrong, <paramref name="error"/> is a sentence for people: what, why and how to mend it. Never throws.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Multiaddr? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        if (string.IsNullOrEmpty(text))
        {
            error = $"The address is empty; write one such as {Example}.";
            return false;
        }
        if (text.Length > MaxTextLength)
        {
            error = $"The address has {text.Length} characters; at most {MaxTextLength} are read.";
            return false;
        }
        error = ParseComponents(text, out var components);
        if (error is not null)
        {
            error = $"'{text}' is no network address: {error}.";
            return false;
        }
        var size = components.Sum(EncodedLength);
        if (size > MaxBytes)
        {
            error = $"'{text}' is no network address: it takes {size} bytes, and {MaxBytes} is the limit; shorten its names or leave out relays.";
            return false;
        }
        address = FromComponents([.. components]);
        return true;
    }

    private static string? ParseComponents(string text, out List<MultiaddrComponent> components)
    {
        components = [];
        if (text[0] != '/') return $"it does not start with '/'; write it as in {Example}";
        // A single slash at the end is what shells' completion leaves behind; two would be an empty name.
        var trimmed = text.Length > 1 && text[^1] == '/' ? text[1..^1] : text[1..];
        var parts = trimmed.Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            var name = parts[i];
            if (name.Length == 0) return $"a protocol's name is missing (two slashes in a row, or nothing after the first); write it as in {Example}";
            if (!MultiaddrProtocol.TryGet(name, out var protocol))
                return $"'{name}' is no protocol known here; known are {string.Join(", ", MultiaddrProtocol.All)}";
            if (components.Count == MaxComponents) return $"it has more than {MaxComponents} parts; leave out relays";
            byte[] value = [];
            if (protocol!.HasValue)
            {
                if (++i == parts.Length) return $"nothing follows /{name}; add its value";
                if (!MultiaddrValue.TryParse(protocol, parts[i], out value, out var error)) return error;
            }
            components.Add(new MultiaddrComponent(protocol, value));
        }
        return null;
    }

    /// <summary>Reads the binary form.</summary>
    /// <exception cref="FormatException">The bytes are no address, hold a protocol that is not known here, or exceed the bounds.</exception>
    public static Multiaddr FromBytes(ReadOnlySpan<byte> bytes) =>
        TryFromBytes(bytes, out var address) ? address : throw new FormatException("The bytes are not a multiaddr that is known here.");

    /// <summary>Reads the binary form; false for a malformed, unknown or oversized address. Never throws.</summary>
    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Multiaddr? address)
    {
        address = null;
        if (bytes.IsEmpty || bytes.Length > MaxBytes) return false;
        var copy = bytes.ToArray();
        var components = new List<MultiaddrComponent>(4);
        ReadOnlySpan<byte> rest = copy;
        while (!rest.IsEmpty)
        {
            if (components.Count == MaxComponents) return false;
            if (!Varint.TryTake(ref rest, out var code) || !MultiaddrProtocol.TryGet(code, out var protocol)) return false;
            var length = (ulong)Math.Max(protocol!.Size, 0);
            if (protocol.HasVariableSize && !Varint.TryTake(ref rest, out length)) return false;
            if (length > (ulong)rest.Length) return false;
            if (!MultiaddrValue.IsValid(protocol, rest[..(int)length])) return false;
            components.Add(new MultiaddrComponent(protocol, copy.AsMemory(copy.Length - rest.Length, (int)length)));
            rest = rest[(int)length..];
        }
        address = new Multiaddr(copy, [.. components]);
        return true;
    }

    private static Multiaddr FromComponents(MultiaddrComponent[] components)
    {
        var size = components.Sum(EncodedLength);
        if (size > MaxBytes || components.Length > MaxComponents)
            throw new ArgumentException($"An address has at most {MaxBytes} bytes and {MaxComponents} parts.", nameof(components));
        var bytes = new byte[size];
        var at = 0;
        foreach (var component in components)
        {
            at += Varint.Write(bytes.AsSpan(at), component.Protocol.Code);
            if (component.Protocol.HasVariableSize) at += Varint.Write(bytes.AsSpan(at), (ulong)component.Value.Length);
            component.Value.Span.CopyTo(bytes.AsSpan(at));
            at += component.Value.Length;
        }
        return new Multiaddr(bytes, components);
    }

    private static int EncodedLength(MultiaddrComponent component)
    {
        var prefix = component.Protocol.HasVariableSize ? Varint.GetLength((ulong)component.Value.Length) : 0;
        return Varint.GetLength(component.Protocol.Code) + prefix + component.Value.Length;
    }
}
