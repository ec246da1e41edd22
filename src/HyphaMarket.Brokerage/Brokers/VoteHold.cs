using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>What the fills of a vote hold of each offer.</summary>
internal sealed class VoteHold
{
    private readonly Dictionary<OfferId, (int Units, List<ParticipantId> Counterparties)> _byOffer = [];

    public static VoteHold None { get; } = new();

    /// <summary>How many fills.</summary>
    public int Fills { get; private set; }

    /// <param name="bodies">FillBody each, well formed.</param>
    public static VoteHold Of(IEnumerable<Google.Protobuf.ByteString> bodies)
    {
        var hold = new VoteHold();
        foreach (var body in bodies)
        {
            var fill = FillBody.Parser.ParseFrom(body);
            hold.Add((int)fill.Quantity, [.. fill.Legs.Select(leg => (new OfferId(new Hash256(leg.Offer.Span)), new ParticipantId(leg.Owner.Span)))]);
        }

        return hold;
    }

    /// <summary>The same of fills that were just computed, without their bytes.</summary>
    public static VoteHold Of(IReadOnlyList<Fill> fills, IReadOnlyDictionary<OfferId, Offer> offers)
    {
        var hold = new VoteHold();
        hold._byOffer.EnsureCapacity(2 * fills.Count);
        foreach (var fill in fills) hold.Add(fill.Quantity, [(fill.Bid, offers[fill.Bid].Owner), (fill.Ask, offers[fill.Ask].Owner)]);
        return hold;
    }

    public int UnitsOf(OfferId offer) => _byOffer.TryGetValue(offer, out var held) ? held.Units : 0;

    private void Add(int quantity, ReadOnlySpan<(OfferId Offer, ParticipantId Owner)> legs)
    {
        Fills++;
        foreach (var (offer, _) in legs)
        {
            var (units, counterparties) = _byOffer.TryGetValue(offer, out var held) ? held : (0, new List<ParticipantId>(1));
            foreach (var (other, owner) in legs)
            {
                if (other != offer) counterparties.Add(owner);
            }

            _byOffer[offer] = (units + quantity, counterparties);
        }
    }

    public IReadOnlyList<ParticipantId> CounterpartiesOf(OfferId offer) => _byOffer.TryGetValue(offer, out var held) ? held.Counterparties : [];
}
