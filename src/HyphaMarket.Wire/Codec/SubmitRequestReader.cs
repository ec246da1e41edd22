using Google.Protobuf;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire;

/// <summary>Reads submissions and leaves the bodies of their bundles where they came: a thousand offers are neither copied nor an array each.</summary>
/// <remarks>All else is read by <see cref="StrictParser"/>.</remarks>
public static class SubmitRequestReader
{
    /// <param name="message">Its bytes must not change any more: the bundles hold on to them.</param>
    /// <param name="mostRecords">Records that are read, and one more: so who counts sees that they are too many, and none of the others costs anything.</param>
    /// <param name="mostBundled">The same of bundles, and of the bodies of all of them together.</param>
    /// <exception cref="InvalidDataException">The message breaks off, or is written as no encoder writes it.</exception>
    /// <exception cref="InvalidProtocolBufferException">It is no such message.</exception>
    public static SubmitRequest Read(ReadOnlyMemory<byte> message, int mostRecords, int mostBundled)
    {
        var (records, bundles) = (new List<ReadOnlyMemory<byte>>(), new List<ReadOnlyMemory<byte>>());
        var rest = TakeOut(message, SubmitRequest.BundlesFieldNumber, bundles, mostBundled + 1);
        var request = StrictParser.Parse(SubmitRequest.Parser, TakeOut(rest, SubmitRequest.RecordsFieldNumber, records, mostRecords + 1).Span);
        if (request.Records.Count + request.Bundles.Count > 0) throw Unreadable();
        foreach (var record in records) request.Records.Add(StrictParser.Parse(Record.Parser, record.Span));
        var left = mostBundled + 1;
        foreach (var one in bundles)
        {
            var bodies = new List<ReadOnlyMemory<byte>>();
            var bundle = StrictParser.Parse(WholeBundle.Parser, TakeOut(one, WholeBundle.BodiesFieldNumber, bodies, left).Span);
            if (bundle.Bodies.Count > 0) throw Unreadable();
            bundle.Bodies.Capacity = bodies.Count;
            foreach (var body in bodies) bundle.Bodies.Add(UnsafeByteOperations.UnsafeWrap(body));
            left -= bodies.Count;
            request.Bundles.Add(bundle);
        }

        return request;
    }

    /// <summary>Takes the values of one field out of a message.</summary>
    /// <param name="values">Is given them in their order.</param>
    /// <param name="most">What comes after so many is left out.</param>
    /// <returns>The message without that field: protobuf reads the parts of a message as it reads the whole.</returns>
    private static ReadOnlyMemory<byte> TakeOut(ReadOnlyMemory<byte> message, int field, List<ReadOnlyMemory<byte>> values, int most)
    {
        var fields = new FieldReader(message);
        var (rest, copied, wanted) = (new MemoryStream(), 0, ((ulong)field << 3) | FieldReader.Bytes);
        while (!fields.IsAtEnd)
        {
            var start = fields.At;
            if (!fields.TryVarint(out var tag)) throw Unreadable();
            if (tag != wanted)
            {
                if (!fields.TrySkip(tag)) throw Unreadable();
                continue;
            }

            if (!fields.TryBytes(out var value)) throw Unreadable();
            rest.Write(message.Span[copied..start]);
            copied = fields.At;
            if (values.Count < most) values.Add(value);
        }

        if (copied == 0) return message;
        rest.Write(message.Span[copied..]);
        return rest.GetBuffer().AsMemory(0, (int)rest.Length);
    }

    private static InvalidDataException Unreadable() => new("The submission breaks off, or has a field that cannot be passed over.");
}
