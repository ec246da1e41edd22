using Google.Protobuf;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>A market as one broker saw it at one moment. It never changes, so any number of threads read it while the broker goes on.</summary>
/// <param name="Book">With <see cref="MarketBroker.MaxLevels"/> levels a side.</param>
/// <param name="Config">The broker set that has the slot.</param>
/// <param name="LastPriceMicros">Of the last certified fill; 0 for none.</param>
/// <param name="TakenAt">By the broker's clock.</param>
public sealed record MarketPicture(BookSnapshot Book, RecordId Config, Slot LastCertified, long LastPriceMicros, Instant TakenAt)
{
    /// <summary>The body of a quote.</summary>
    /// <param name="levels">Price levels wanted a side; 1 to <see cref="MarketBroker.MaxLevels"/> are given.</param>
    public QuoteBody ToBody(int levels)
    {
        levels = Math.Clamp(levels, 1, MarketBroker.MaxLevels);
        var body = new QuoteBody
        {
            Market = ByteString.CopyFrom(Book.Market.ToArray()),
            Config = ByteString.CopyFrom(Config.Value.ToArray()),
            Slot = Book.Slot.Value,
            BidUnits = (ulong)Book.BidUnits,
            AskUnits = (ulong)Book.AskUnits,
            Offers = (uint)Book.Offers,
            BookDigest = ByteString.CopyFrom(Book.Digest.ToArray()),
            LastCertifiedSlot = LastCertified.Value,
            LastPriceMicros = LastPriceMicros,
            UnixMs = TakenAt.UnixMs,
        };
        body.Bids.AddRange(Book.Bids.Take(levels).Select(ToLevel));
        body.Asks.AddRange(Book.Asks.Take(levels).Select(ToLevel));
        if (body.Bids.Count > 0) body.BestBid = body.Bids[0];
        if (body.Asks.Count > 0) body.BestAsk = body.Asks[0];
        return body;
    }

    private static Level ToLevel(BookLevel level) => new() { PriceMicros = level.Price.Value, Units = (ulong)level.Units, Offers = (uint)level.Offers };
}
