using System.Buffers.Binary;

namespace HyphaMarket.Libp2p.Discovery.Dns;

/// <summary>One message of DNS or multicast DNS, with the few record types that libp2p needs; others are skipped.</summary>
/// <param name="Code">The response code: 0 for success, 3 where the name does not exist.</param>
/// <param name="Records">Those of all three sections, in order.</param>
/// <remarks>Source: RFC 1035, section 4; for multicast DNS RFC 6762, section 18.</remarks>
internal sealed record DnsMessage(ushort Id, bool IsResponse, bool IsTruncated, int Code, IReadOnlyList<DnsQuestion> Questions, IReadOnlyList<DnsRecord> Records)
{
    public const int NoSuchName = 3;

    /// <summary>The longest string in a TXT record: its length is one byte.</summary>
    public const int MaxText = 255;

    /// <summary>Questions in a message; a node asks one, and the tools that browse a network a handful.</summary>
    private const int MaxQuestions = 32;

    /// <summary>Records in a message: a hundred addresses, each in a record of its own, with room to spare. A message with more is refused, for it has nothing good in mind.</summary>
    private const int MaxRecords = 512;

    private const int HeaderLength = 12;
    private const ushort Internet = 1;

    // In multicast DNS the highest bit of a class asks for unicast, or says that older records are to be forgotten.
    private const ushort HighBit = 0x8000;

    private const ushort ResponseFlag = 0x8000;
    private const ushort AuthoritativeFlag = 0x0400;
    private const ushort TruncatedFlag = 0x0200;
    private const ushort RecursionDesiredFlag = 0x0100;
    private const ushort OperationMask = 0x7800;

    /// <summary>Reads a message; false where it is malformed or no plain query or response. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out DnsMessage? message)
    {
        message = null;
        if (bytes.Length < HeaderLength) return false;
        var flags = Word(bytes, 2);
        var questionCount = Word(bytes, 4);
        var recordCount = Word(bytes, 6) + Word(bytes, 8) + Word(bytes, 10);
        if ((flags & OperationMask) != 0 || questionCount > MaxQuestions || recordCount > MaxRecords) return false;
        var position = HeaderLength;
        var questions = new List<DnsQuestion>();
        for (var i = 0; i < questionCount; i++)
        {
            if (!DnsName.TryRead(bytes, ref position, out var name) || position + 4 > bytes.Length) return false;
            var questionClass = Word(bytes, position + 2);
            if ((questionClass & ~HighBit) is Internet or (ushort)DnsType.Any)
            {
                questions.Add(new DnsQuestion(name!, (DnsType)Word(bytes, position), (questionClass & HighBit) != 0));
            }
            position += 4;
        }
        var records = new List<DnsRecord>();
        for (var i = 0; i < recordCount; i++)
        {
            if (!TryReadRecord(bytes, ref position, out var record)) return false;
            if (record is not null) records.Add(record);
        }
        message = new DnsMessage(Word(bytes, 0), (flags & ResponseFlag) != 0, (flags & TruncatedFlag) != 0, flags & 0xF, questions, records);
        return true;
    }

    /// <summary>A query for a DNS server, which is asked to follow the name to its end.</summary>
    public static byte[] Query(ushort id, DnsQuestion question) => Encode(id, RecursionDesiredFlag, [question], []);

    /// <summary>A query for everybody on the link. "In multicast query messages, the Query Identifier SHOULD be set to zero on transmission."</summary>
    public static byte[] MulticastQuery(DnsQuestion question) => Encode(0, 0, [question], []);

    /// <summary>A response for everybody on the link. "In all multicast responses the Authoritative Answer bit MUST be set to one"; it has no questions.</summary>
    public static byte[] MulticastResponse(IReadOnlyList<DnsRecord> answers, IReadOnlyList<DnsRecord> additional) =>
        Encode(0, ResponseFlag | AuthoritativeFlag, [], answers, additional);

    /// <summary>Bytes that a record takes.</summary>
    public static int SizeOf(DnsRecord record) => record.Name.Wire.Length + 10 + DataLength(record);

    internal static byte[] Encode(ushort id, int flags, IReadOnlyList<DnsQuestion> questions, IReadOnlyList<DnsRecord> answers, IReadOnlyList<DnsRecord>? additional = null)
    {
        additional ??= [];
        var bytes = new byte[HeaderLength + questions.Sum(question => question.Name.Wire.Length + 4) + answers.Concat(additional).Sum(SizeOf)];
        ushort[] header = [id, (ushort)flags, (ushort)questions.Count, (ushort)answers.Count, 0, (ushort)additional.Count];
        for (var i = 0; i < header.Length; i++) BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2 * i), header[i]);
        var rest = bytes.AsSpan(HeaderLength);
        foreach (var question in questions)
        {
            Append(ref rest, question.Name.Wire);
            Append(ref rest, (ushort)question.Type);
            Append(ref rest, (ushort)(Internet | (question.WantsUnicast ? HighBit : 0)));
        }
        foreach (var record in answers.Concat(additional))
        {
            Append(ref rest, record.Name.Wire);
            Append(ref rest, (ushort)record.Type);
            Append(ref rest, Internet);
            BinaryPrimitives.WriteUInt32BigEndian(rest, (uint)record.Ttl.TotalSeconds);
            rest = rest[4..];
            Append(ref rest, (ushort)DataLength(record));
            if (record.Target is not null) Append(ref rest, record.Target.Wire);
            foreach (var text in record.Texts)
            {
                rest[0] = (byte)text.Length;
                rest = rest[1..];
                Append(ref rest, text.Span);
            }
        }
        return bytes;
    }

    /// <summary>Reads one record; null, and true, where it is well formed and of no use here.</summary>
    private static bool TryReadRecord(ReadOnlySpan<byte> message, ref int position, out DnsRecord? record)
    {
        record = null;
        if (!DnsName.TryRead(message, ref position, out var name) || position + 10 > message.Length) return false;
        var type = (DnsType)Word(message, position);
        var recordClass = Word(message, position + 2) & ~HighBit;
        // "A TTL with the most significant bit set is treated as zero" (RFC 2181, section 8).
        var ttl = BinaryPrimitives.ReadInt32BigEndian(message[(position + 4)..]);
        var length = Word(message, position + 8);
        position += 10;
        if (position + length > message.Length) return false;
        var start = position;
        position += length;
        if (recordClass != Internet || type is not (DnsType.Ptr or DnsType.Cname or DnsType.Txt)) return true;
        var target = default(DnsName);
        var texts = new List<ReadOnlyMemory<byte>>();
        if (type == DnsType.Txt)
        {
            for (var data = message.Slice(start, length); !data.IsEmpty; data = data[(1 + data[0])..])
            {
                if (data[0] >= data.Length) return false;
                texts.Add(data.Slice(1, data[0]).ToArray());
            }
        }
        else if (!DnsName.TryRead(message[..position], ref start, out target) || start != position)
        {
            return false;
        }
        record = new DnsRecord(name!, type, TimeSpan.FromSeconds(Math.Max(0, ttl)), target, texts);
        return true;
    }

    private static int DataLength(DnsRecord record) => (record.Target?.Wire.Length ?? 0) + record.Texts.Sum(text => 1 + text.Length);

    private static ushort Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

    private static void Append(ref Span<byte> rest, ReadOnlySpan<byte> value)
    {
        value.CopyTo(rest);
        rest = rest[value.Length..];
    }

    private static void Append(ref Span<byte> rest, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(rest, value);
        rest = rest[2..];
    }
}
