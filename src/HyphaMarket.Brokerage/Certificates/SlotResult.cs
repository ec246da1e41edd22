using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Certificates;

/// <summary>What a slot's votes sign: the roots of the input and of the fills. Its id names the result.</summary>
public sealed class SlotResult
{
    private SlotResult(ByteString bytes, ResultBody body, MarketId market, RecordId config, Hash256 inputRoot, Hash256 resultRoot)
    {
        Bytes = bytes;
        Body = body;
        Id = SignedRecords.IdOf(RecordKind.Vote, bytes.Span);
        (Market, Config, InputRoot, ResultRoot) = (market, config, inputRoot, resultRoot);
        Slot = new Slot(body.Slot);
    }

    /// <summary>The signed bytes.</summary>
    public ByteString Bytes { get; }
    public ResultBody Body { get; }
    public RecordId Id { get; }
    public MarketId Market { get; }
    public RecordId Config { get; }
    public Slot Slot { get; }
    public Hash256 InputRoot { get; }
    public Hash256 ResultRoot { get; }

    public static bool TryParse(ByteString bytes, [NotNullWhen(true)] out SlotResult? result)
    {
        result = null;
        if (!StrictParser.TryParse(ResultBody.Parser, bytes, out var body)) return false;
        if (!MarketId.TryFromBytes(body.Market.Span, out var market) || !RecordId.TryFromBytes(body.Config.Span, out var config)) return false;
        if (!Hash256.TryFromBytes(body.InputRoot.Span, out var inputRoot) || !Hash256.TryFromBytes(body.ResultRoot.Span, out var resultRoot)) return false;
        if (body.Slot < 1 || !new Slot(body.Slot).IsMatch) return false;
        result = new SlotResult(bytes, body, market, config, inputRoot, resultRoot);
        return true;
    }

    /// <summary>Reads what the votes of a certificate sign, once for each certificate.</summary>
    public static bool TryParse(FillCertificate certificate, [NotNullWhen(true)] out SlotResult? result)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        result = certificate.ReadResult(static bytes => TryParse(bytes, out var parsed) ? parsed : null);
        return result is not null;
    }

    /// <summary>Reads what a vote signs, once for each record.</summary>
    public static bool TryParse(Record vote, [NotNullWhen(true)] out SlotResult? result)
    {
        ArgumentNullException.ThrowIfNull(vote);
        result = vote.Kind == RecordKind.Vote ? vote.Read(static read => TryParse(read.Body, out var parsed) ? parsed : null) : null;
        return result is not null;
    }

    /// <summary>SHA-256(match tag + result id + index as 4 bytes, big-endian): names one fill of this result.</summary>
    public Hash256 MatchIdOf(int index)
    {
        var tag = DomainTags.Match;
        Span<byte> bytes = stackalloc byte[tag.Length + Hash256.Size + 4];
        tag.CopyTo(bytes);
        Id.Value.CopyTo(bytes[tag.Length..]);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes[(tag.Length + Hash256.Size)..], index);
        return Hash256.Of(bytes);
    }
}
