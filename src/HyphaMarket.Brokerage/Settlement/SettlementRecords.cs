using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>Reading and checking the records that the two parties of a match sign.</summary>
internal static class SettlementRecords
{
    /// <summary>A record of the kind, of a sane size, whose body parses. Says nothing of signatures.</summary>
    public static bool TryRead<T>(Record? record, RecordKind kind, MessageParser<T> parser, [NotNullWhen(true)] out T? body)
        where T : class, IMessage<T>
    {
        body = null;
        return record is not null && record.Kind == kind && record.Body.Length <= MaxBodySize && StrictParser.TryParse(parser, record.Body, out body);
    }

    /// <summary>The same, with that signer's own signature.</summary>
    public static bool TryReadSigned<T>(SettlementKeys keys, Record? record, RecordKind kind, ParticipantId signer, MessageParser<T> parser, [NotNullWhen(true)] out T? body)
        where T : class, IMessage<T>
    {
        if (TryRead(record, kind, parser, out body) && SignedRecords.VerifySignature(keys.Network, record!, signer, keys.Verifier)) return true;
        body = null;
        return false;
    }

    /// <summary>Settlement bodies hold ids, numbers and at most one other such record: a kilobyte. This leaves room for longer ids.</summary>
    private const int MaxBodySize = 8 * 1024;
}
