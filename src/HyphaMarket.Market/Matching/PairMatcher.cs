using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Matching;

/// <summary>Every pair in turn, with the tests of a pair made cheap: what two pointers cannot match.</summary>
internal sealed class PairMatcher
{
    private readonly PairSide _bidTerms = new();
    private readonly PairSide _askTerms = new();
    private readonly Dictionary<(int Owner, UInt128 Group), int> _groups = [];

    /// <summary>Who has traded with a distinct offer: bids by their number, asks by its complement, and the other's owner.</summary>
    private readonly HashSet<(int Offer, int Owner)> _counterparties = [];

    /// <summary>For each group the offer that fills it, numbered in the same way.</summary>
    private int[] _filledBy = [];

    /// <summary>The next ask that has units left: those used up are taken out, so that nobody walks over them again.</summary>
    private int[] _next = [];

    private const int Nobody = int.MinValue;

    /// <param name="firstBid">All bids of better rank are done.</param>
    /// <param name="firstAsk">All asks of better rank are used up.</param>
    /// <param name="input">Where the offers come from, for the counterparties that distinct ones have already; null for a book, which knows none.</param>
    /// <param name="owners">The numbers of the input's owners.</param>
    public void Match(ClearingPlan plan, RankedSide bidSide, RankedSide askSide, int firstBid, int firstAsk, MatchInput? input, IReadOnlyDictionary<ParticipantId, int> owners, FillList made)
    {
        var bidCount = Math.Min(plan.Bids, bidSide.CountTo(askSide.Offers[firstAsk].Price)) - firstBid;
        var askCount = Math.Min(plan.Asks, askSide.CountTo(bidSide.Offers[firstBid].Price)) - firstAsk;
        Read(bidSide, askSide, (firstBid, bidCount), (firstAsk, askCount), input, owners);
        var bids = bidSide.Offers.Slice(firstBid, bidCount);
        var asks = askSide.Offers.Slice(firstAsk, askCount);
        var bidTerms = _bidTerms.Offers;
        var askTerms = _askTerms.Offers;
        var next = _next.AsSpan(0, askCount + 1);
        for (var i = 0; i < bids.Length; i++)
        {
            ref var bid = ref bids[i];
            // The list begins one before the first ask; a number in it is of the ask after which it stands.
            var previous = 0;
            for (var j = next[0]; j < asks.Length && bid.Free > 0; j = next[previous])
            {
                ref var ask = ref asks[j];
                if (bid.Price < ask.Price) break; // nor does any later ask cross
                var units = bidTerms[i].Distinct | askTerms[j].Distinct ? 1 : Math.Min(bid.Free, ask.Free);
                if (bid.Owner == ask.Owner | bid.Terms.LeaseMinutes > ask.Terms.LeaseMinutes
                    | units < bidTerms[i].MinimumFill | units < askTerms[j].MinimumFill
                    || !_bidTerms.Takes(i, j) || !_askTerms.Takes(j, i)
                    || IsGroupTaken(bidTerms[i].Group, i) || IsGroupTaken(askTerms[j].Group, ~j)
                    || HasTraded(bidTerms[i], i, ask.Owner) || HasTraded(askTerms[j], ~j, bid.Owner))
                {
                    previous = j + 1;
                    continue;
                }

                var (buy, sell) = plan.PriceOf(bid.Price, ask.Price);
                made.Reserve(1)[0] = new BookFill(bid.Index, ask.Index, units, buy, sell);
                made.Commit(1);
                Note(bidTerms[i], i, ask.Owner);
                Note(askTerms[j], ~j, bid.Owner);
                bid.Free -= units;
                ask.Free -= units;
                if (ask.Free == 0) next[previous] = next[j + 1];
                else previous = j + 1;
            }
        }
    }

    private void Read(RankedSide bidSide, RankedSide askSide, (int First, int Count) bids, (int First, int Count) asks, MatchInput? input, IReadOnlyDictionary<ParticipantId, int> owners)
    {
        _groups.Clear();
        _counterparties.Clear();
        _bidTerms.Read(bidSide, bids.First, bids.Count, _groups);
        _askTerms.Read(askSide, asks.First, asks.Count, _groups);
        _bidTerms.Resolve(bidSide, bids.First, bids.Count, _askTerms);
        _askTerms.Resolve(askSide, asks.First, asks.Count, _bidTerms);
        if (_filledBy.Length < _groups.Count) _filledBy = new int[_groups.Count];
        _filledBy.AsSpan(0, _groups.Count).Fill(Nobody);
        if (_next.Length <= asks.Count) _next = new int[asks.Count + 1];
        for (var j = 0; j <= asks.Count; j++) _next[j] = j;
        if (input is null) return;
        for (var i = 0; i < bids.Count; i++) NoteEarlier(bidSide.Offers[bids.First + i].Index, i, input, owners);
        for (var j = 0; j < asks.Count; j++) NoteEarlier(askSide.Offers[asks.First + j].Index, ~j, input, owners);
    }

    /// <summary>Who filled a distinct offer in earlier slots; somebody who is not in the input cannot come again.</summary>
    private void NoteEarlier(int entry, int number, MatchInput input, IReadOnlyDictionary<ParticipantId, int> owners)
    {
        var filled = input.Entries[entry].FilledOwners;
        for (var i = 0; i < filled.Count; i++)
        {
            if (owners.TryGetValue(filled[i], out var owner)) _counterparties.Add((number, owner));
        }
    }

    private bool IsGroupTaken(int group, int number) => group >= 0 && _filledBy[group] is var filled && filled != Nobody && filled != number;

    private bool HasTraded(in PairSide.Wants terms, int number, int owner) => terms.Distinct && _counterparties.Contains((number, owner));

    private void Note(in PairSide.Wants terms, int number, int owner)
    {
        if (terms.Group >= 0) _filledBy[terms.Group] = number;
        if (terms.Distinct) _counterparties.Add((number, owner));
    }
}
