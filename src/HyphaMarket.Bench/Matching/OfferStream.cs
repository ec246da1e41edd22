using System.Buffers.Binary;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Bench.Matching;

/// <summary>Plain offers as a market sees them, the same in every run: both sides around 100 credits, 1 to 8 units, ids that tell nothing.</summary>
/// <param name="ticks">Prices that occur, evenly: few make many ties.</param>
internal sealed class OfferStream(int seed, int ticks = OfferStream.ManyTicks)
{
    /// <summary>Bids and asks lie between 50 and 150 credits, so that half of them cross, at any of the micro-credits between.</summary>
    private const int LowestPrice = 50_000_000, ManyTicks = 100_000_000;

    /// <summary>Of 600 s in slots of 2 s.</summary>
    public const int LongestLife = 300;

    private readonly Random _random = new(seed);
    private int _made;

    /// <summary>The next offer.</summary>
    /// <param name="slot">It starts in one of the ten slots before.</param>
    /// <param name="life">Slots until it ends, or null for 1 to 300.</param>
    public BookOffer Next(Side side, Slot slot, int? life = null)
    {
        Span<byte> id = stackalloc byte[Hash256.Size];
        BinaryPrimitives.WriteInt64BigEndian(id, _random.NextInt64());
        BinaryPrimitives.WriteInt32BigEndian(id[28..], _made++);
        return new BookOffer
        {
            Id = new OfferId(new Hash256(id)),
            Side = side,
            Price = new MicroCredits(LowestPrice + (long)_random.Next(ticks) * (ManyTicks / ticks)),
            Free = 1 + _random.Next(8),
            Owner = _made,
            LeaseTermMinutes = 60,
            FirstSlot = slot.Plus(-_random.Next(10)),
            LastSlot = slot.Plus(life ?? 1 + _random.Next(LongestLife)),
        };
    }

    /// <summary>Writes so many offers, bids and asks in turn.</summary>
    public void Fill(Span<BookOffer> offers, Slot slot, int? life = null)
    {
        for (var i = 0; i < offers.Length; i++) offers[i] = Next(i % 2 == 0 ? Side.Bid : Side.Ask, slot, life);
    }
}
