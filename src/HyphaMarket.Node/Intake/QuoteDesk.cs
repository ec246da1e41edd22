using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Intake;

/// <summary>One published picture of a market and the quotes signed of it: each number of levels is signed once, by whoever asks first, and given to all.</summary>
public sealed class QuoteDesk(MarketPicture picture, NetworkId network, ISigner signer)
{
    private readonly Record?[] _signed = new Record?[MarketBroker.MaxLevels + 1];

    public MarketPicture Picture { get; } = picture;

    /// <summary>On any thread. Two that ask at once may both sign; the same key over the same bytes makes the same signature.</summary>
    public Record Quote(int levels)
    {
        ref var signed = ref _signed[Math.Clamp(levels, 1, MarketBroker.MaxLevels)];
        if (Volatile.Read(ref signed) is { } made) return made;
        var quote = SignedRecords.Sign(network, RecordKind.Quote, Picture.ToBody(levels), signer);
        Volatile.Write(ref signed, quote);
        return quote;
    }
}
