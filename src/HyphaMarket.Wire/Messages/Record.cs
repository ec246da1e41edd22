using Google.Protobuf;

namespace HyphaMarket.Wire.Messages;

/// <summary>A record remembers its id and what was read out of its body, for as long as it has that body: a broker looks at one record many times.</summary>
public sealed partial class Record
{
    // Each is replaced as a whole, so that threads that read at one time see all of it or nothing.
    private IdOfBody? _id;
    private ReadOfBody? _read;

    /// <summary>SHA-256(domain tag + body).</summary>
    internal RecordId Id
    {
        get
        {
            var known = _id;
            // Bytes of a ByteString never change: the same one has the same id.
            if (known is null || !ReferenceEquals(known.Body, body_) || known.Kind != kind_) _id = known = new IdOfBody(body_, kind_, SignedRecords.IdOf(kind_, body_.Span));
            return known.Id;
        }
    }

    /// <summary>What <paramref name="read"/> makes of this record, made once.</summary>
    /// <param name="read">Depends on kind and body alone. Null where they cannot be read; that is not remembered.</param>
    /// <typeparam name="T">Something that nobody changes: everybody who holds the record gets the same.</typeparam>
    public T? Read<T>(Func<Record, T?> read)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(read);
        var known = _read;
        if (known is not null && ReferenceEquals(known.Body, body_) && known.Kind == kind_ && known.Value is T value) return value;
        if (read(this) is not { } made) return null;
        _read = new ReadOfBody(body_, kind_, made);
        return made;
    }

    private sealed record IdOfBody(ByteString Body, RecordKind Kind, RecordId Id);

    private sealed record ReadOfBody(ByteString Body, RecordKind Kind, object Value);
}
