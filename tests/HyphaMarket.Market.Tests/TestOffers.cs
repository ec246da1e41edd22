using System.Buffers.Binary;
using System.Globalization;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Tests;

/// <summary>Makes offers that are valid unless a test says otherwise.</summary>
internal static class TestOffers
{
    public static readonly MarketId Market = new(Hash256.Of("a market"u8));
    public static readonly Hash256 Root = Hash256.Of("an input root"u8);

    /// <summary>The match slot that all these offers are good for.</summary>
    public static readonly Slot MatchSlot = new(101);

    public static ParticipantId Owner(int number) => new([0x00, 0x24, (byte)(number >> 8), (byte)number]);

    /// <summary>An id that tells nothing about the order in which offers were made.</summary>
    public static OfferId Id(int number, int salt = 0)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], salt);
        return new OfferId(Hash256.Of(bytes));
    }

    public static Offer Bid(int number, long price, int quantity = 1) => Make(Side.Bid, number, price, quantity);

    public static Offer Ask(int number, long price, int quantity = 1) => Make(Side.Ask, number, price, quantity);

    public static Offer Make(Side side, int number, long price, int quantity) => new()
    {
        Id = Id(number),
        Owner = Owner(number),
        Sequence = (ulong)number,
        Market = Market,
        Side = side,
        LimitPrice = new MicroCredits(price),
        Quantity = quantity,
        LeaseTermMinutes = 60,
        FirstSlot = new Slot(100),
        LastSlot = new Slot(120),
    };

    public static ReadOnlyMemory<byte> Group(int number)
    {
        var group = new byte[16];
        group[15] = (byte)number;
        return group;
    }

    public static OfferAttribute[] Attributes(params string[] keyValues) => [.. keyValues.Select(pair => new OfferAttribute(pair.Split('=')[0], pair.Split('=')[1]))];

    public static OfferConstraint In(string key, params string[] values) => new(key, false, values);

    public static OfferConstraint NotIn(string key, params string[] values) => new(key, true, values);

    public static MatchInput Input(params Offer[] offers) => Input(offers.Select(offer => new MatchEntry(offer, offer.Quantity, [])));

    public static MatchInput Input(IEnumerable<MatchEntry> entries) => new(MatchSlot, Root, [.. entries.OrderBy(entry => entry.Offer.Id)]);

    /// <summary>Fills as people read them: <c>bid 3 x2 ask 7 at 5/5</c>.</summary>
    public static IEnumerable<string> Describe(IReadOnlyList<Fill> fills, params Offer[] offers)
    {
        var numbers = offers.ToDictionary(offer => offer.Id, offer => offer.Sequence);
        return fills.Select(fill => string.Create(CultureInfo.InvariantCulture, $"bid {numbers[fill.Bid]} x{fill.Quantity} ask {numbers[fill.Ask]} at {fill.BuyPrice.Value}/{fill.SellPrice.Value}"));
    }
}
