using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>What the fills of a vote hold of each offer.</summary>
internal sealed class VoteHold
{
    private readonly Dictionary<OfferId, (int Units, List<ParticipantId> Counterparties)> _byOffer = [];

    private VoteHold(IReadOnlyCollection<FillBody> fills)
    {
        Fills = fills.Count;
        foreach (var fill in fills)
        {
            var legs = fill.Legs.Select(leg => (Offer: new OfferId(new Hash256(leg.Offer.Span)), Owner: new ParticipantId(leg.Owner.Span))).ToArray();
            foreach (var (offer, _) in legs)
            {
                var (units, counterparties) = _byOffer.GetValueOrDefault(offer, (0, []));
                counterparties.AddRange(legs.Where(leg => leg.Offer != offer).Select(leg => leg.Owner));
                _byOffer[offer] = (units + (int)fill.Quantity, counterparties);
            }
        }
    }

    public static VoteHold None { get; } = new([]);

    /// <summary>How many fills.</summary>
    public int Fills { get; }

    /// <param name="bodies">FillBody each, well formed.</param>
    public static VoteHold Of(IEnumerable<Google.Protobuf.ByteString> bodies) => new(bodies.Select(FillBody.Parser.ParseFrom).ToArray());

    public int UnitsOf(OfferId offer) => _byOffer.TryGetValue(offer, out var held) ? held.Units : 0;

    public IReadOnlyList<ParticipantId> CounterpartiesOf(OfferId offer) => _byOffer.TryGetValue(offer, out var held) ? held.Counterparties : [];
}
