using Google.Protobuf;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire;

/// <summary>Reads submissions and leaves the bodies of their bundles where they came: a thousand offers are neither copied nor an array each.</summary>
/// <remarks>All else is read by protobuf's parser, and so is a message of which this reader can make nothing.</remarks>
public static class SubmitRequestReader
{
    /// <param name="message">Its bytes must not change any more: the bundles hold on to them.</param>
    /// <exception cref="InvalidProtocolBufferException">It is no such message.</exception>
    public static SubmitRequest Read(ReadOnlyMemory<byte> message)
    {
        var request = new SubmitRequest();
        return TryMerge(request, message, SubmitRequest.BundlesFieldNumber, bundle => TryAdd(request, bundle)) ? request : SubmitRequest.Parser.ParseFrom(message.Span);
    }

    private static bool TryAdd(SubmitRequest request, ReadOnlyMemory<byte> message)
    {
        var bundle = new WholeBundle();
        request.Bundles.Add(bundle);
        return TryMerge(bundle, message, WholeBundle.BodiesFieldNumber, body =>
        {
            bundle.Bodies.Add(body.IsEmpty ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(body));
            return true;
        });
    }

    /// <summary>Reads a message but for the values of one field. That a message may be merged from its parts is protobuf's promise.</summary>
    /// <param name="take">Is given each value of that field, in its order; false where it cannot be read.</param>
    private static bool TryMerge(IMessage into, ReadOnlyMemory<byte> message, int field, Func<ReadOnlyMemory<byte>, bool> take)
    {
        var fields = new FieldReader(message);
        var (merged, wanted) = (0, ((ulong)field << 3) | FieldReader.Bytes);
        while (!fields.IsAtEnd)
        {
            var start = fields.At;
            if (!fields.TryVarint(out var tag)) return false;
            if (tag != wanted)
            {
                if (!fields.TrySkip(tag)) return false;
                continue;
            }

            Merge(start);
            if (!fields.TryBytes(out var value) || !take(value)) return false;
            merged = fields.At;
        }

        Merge(message.Length);
        return true;

        void Merge(int until)
        {
            if (until > merged) into.MergeFrom(message.Span[merged..until]);
        }
    }
}
