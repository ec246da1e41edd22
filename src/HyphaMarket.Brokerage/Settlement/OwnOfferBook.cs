using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>This node's own offers as long as a match of them can be settled; the trader core tells of them.</summary>
internal sealed class OwnOfferBook(IDelivery delivery, int max)
{
    private readonly SortedDictionary<OfferId, OwnOffer> _offers = [];
    private bool _wasFull;

    /// <summary>False when the book is full of offers that may still be asked about.</summary>
    public bool Add(Instant now, Offer offer)
    {
        if (_offers.ContainsKey(offer.Id)) return true;
        if (_offers.Count >= max) Prune(now);
        if (_offers.Count >= max)
        {
            _wasFull = true;
            return false;
        }

        _offers.Add(offer.Id, new OwnOffer(offer, null));
        return true;
    }

    /// <summary>The owner cancelled it.</summary>
    public void Cancel(OfferId id, RecordId cancel)
    {
        if (_offers.TryGetValue(id, out var own)) _offers[id] = own with { Cancel = own.Cancel ?? cancel };
    }

    public OwnOffer? Find(OfferId id) => _offers.GetValueOrDefault(id);

    /// <summary>An offer with this node's signature that could still be settled and is not known: so the journal, which has every offer before it is sent, is not whole.</summary>
    public void SuspectLoss(Instant now, SettlementRuntime runtime, Record? shown)
    {
        // An offer that found no room here was made all the same: then nothing follows. And while a loss is being waited out, one more gap is no news.
        if (_wasFull || runtime.Recovery.IsOn(now) || shown is not { Kind: RecordKind.Offer } || !OfferRecords.TryParse(shown.Body, out var offer)) return;
        if (offer.Owner != runtime.Keys.Me || _offers.ContainsKey(offer.Id) || now >= DeadlineOf(offer)) return;
        if (!SignedRecords.VerifySignature(runtime.Keys.Network, shown, offer.Owner, runtime.Keys.Verifier)) return;
        runtime.LoseJournal(now, offer.Id.Value, "An offer with this node's signature has matched that the journal does not have.");
    }

    private void Prune(Instant now)
    {
        // A match is made at the latest in the offer's last match slot, and cannot be settled after that slot's deadline.
        foreach (var id in _offers.Where(pair => now >= DeadlineOf(pair.Value.Offer)).Select(pair => pair.Key).ToArray()) _offers.Remove(id);
    }

    private Instant DeadlineOf(Offer offer) => delivery.ActivationDeadline(offer.Market, offer.LastSlot.IsMatch ? offer.LastSlot : offer.LastSlot.Plus(-1));
}
