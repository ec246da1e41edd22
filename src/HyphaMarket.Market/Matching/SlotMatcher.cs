using HyphaMarket.Market.Books;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Matching;

/// <summary>Matches one slot after the other in memory that it keeps: a pure function of what it is given, and nothing is allocated once the arrays have their size.</summary>
/// <remarks>
/// "For each bid in rank order, for each ask in rank order: whatever may trade does." Where only price and quantity can keep two offers apart the
/// best live ask is always the one that trades, so two pointers do; the first pair that more keeps apart, or whose terms have to be read, hands what
/// is left to <see cref="PairMatcher"/>. Not for two threads at once.
/// </remarks>
public sealed class SlotMatcher
{
    private readonly RankedSide _bids;
    private readonly RankedSide _asks;
    private readonly InputColumns _input = new();
    private readonly PairMatcher _pairs = new();
    private readonly HashSet<(ParticipantId, ulong)> _sequences = [];
    private readonly FillList _fills = new();

    public SlotMatcher() => (_bids, _asks) = (new RankedSide(Side.Bid), new RankedSide(Side.Ask));

    /// <param name="many">Sides of so many offers are ranked as large ones are; results do not depend on it.</param>
    internal SlotMatcher(int many) => (_bids, _asks) = (new RankedSide(Side.Bid, many), new RankedSide(Side.Ask, many));

    /// <summary>Matches an input.</summary>
    /// <returns>New fills in the order they were made.</returns>
    /// <exception cref="ArgumentException">The input breaks a rule of <see cref="MatchInputRules"/>, or has an offer that the rule does not accept.</exception>
    public IReadOnlyList<Fill> Clear(IClearingRule rule, MatchInput input)
    {
        var matched = Match(rule, input);
        var fills = new Fill[matched.Length];
        for (var i = 0; i < fills.Length; i++)
        {
            var (bid, ask, quantity, buy, sell) = matched[i];
            fills[i] = new Fill(input.Entries[bid].Offer.Id, input.Entries[ask].Offer.Id, quantity, buy, sell);
        }

        return fills;
    }

    /// <summary>Matches an input without allocating.</summary>
    /// <returns>Fills by the numbers of the entries; good until the next call.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Clear"/>.</exception>
    public ReadOnlySpan<BookFill> Match(IClearingRule rule, MatchInput input)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(input);
        _sequences.Clear();
        MatchInputRules.Require(input, _sequences);
        ClearingRules.RequireAccepted(rule, input);
        _input.Load(input);
        _bids.Load(_input.Bids, _input.Rows, _input.Ids, _input.Offers, input.Slot, input.InputRoot);
        _asks.Load(_input.Asks, _input.Rows, _input.Ids, _input.Offers, input.Slot, input.InputRoot);
        Run(rule, input);
        _input.Clear();
        return _fills.Fills;
    }

    /// <summary>Matches what a book holds, among its best of the fixed order; the book does not change.</summary>
    /// <param name="slot">Offers that start later do not take part; those that ended are pruned already.</param>
    /// <param name="root">What breaks ties that price and first slot leave open.</param>
    /// <param name="rule">Accepts every offer of the book: whoever fills it sees to that.</param>
    /// <returns>Fills by where the offers lie in the book; good until the next call.</returns>
    public ReadOnlySpan<BookFill> Match(IClearingRule rule, OrderBook book, Slot slot, Hash256 root)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(book);
        book.Bound();
        Load(_bids, book.SideOf(Side.Bid), slot, root);
        Load(_asks, book.SideOf(Side.Ask), slot, root);
        Run(rule, null);
        return _fills.Fills;
    }

    private static void Load(RankedSide ranked, BookSide side, Slot slot, Hash256 root) => ranked.Load(side.Keys, side.Rows, side.Ids, side.Terms, slot, root);

    private void Run(IClearingRule rule, MatchInput? input)
    {
        _fills.Clear();
        var plan = rule.Plan(_bids, _asks);
        if (TwoPointers(plan, out var bid, out var ask)) return;
        _pairs.Match(plan, _bids, _asks, bid, ask, input, _input.Owners, _fills);
    }

    /// <summary>Trades from the best on.</summary>
    /// <param name="i">The bid at which this ended.</param>
    /// <param name="j">The ask at which this ended.</param>
    /// <returns>False where the pair that met is not for two pointers: all before it is done.</returns>
    private bool TwoPointers(ClearingPlan plan, out int i, out int j)
    {
        (i, j) = (0, 0);
        // Where no limit counts ranks, nobody looks back.
        var forgets = plan == ClearingPlan.Pairwise;
        while (i < plan.Bids && j < plan.Asks && _bids.Has(i) && _asks.Has(j))
        {
            var bids = _bids.Offers[i..];
            var asks = _asks.Offers[j..];
            if (bids.Length > plan.Bids - i) bids = bids[..(plan.Bids - i)];
            if (asks.Length > plan.Asks - j) asks = asks[..(plan.Asks - j)];
            var met = Trade(plan, bids, asks, out var usedBids, out var usedAsks);
            (i, j) = (i + usedBids, j + usedAsks);
            if (forgets)
            {
                _bids.Forget(i);
                _asks.Forget(j);
                (i, j) = (0, 0);
            }

            if (met is not Meeting.EndOfRanked) return met == Meeting.NoCrossing;
        }

        return true;
    }

    /// <summary>Trades offers that are ranked already, until one side of them is used up or a pair does not trade.</summary>
    private Meeting Trade(in ClearingPlan plan, Span<RankedOffer> bids, Span<RankedOffer> asks, out int i, out int j)
    {
        var fills = _fills.Reserve(bids.Length + asks.Length);
        var (pairwise, prices) = (plan.Prices is null, plan.Prices.GetValueOrDefault());
        var (b, a, made, met) = (0, 0, 0, Meeting.EndOfRanked);
        // Units left of the offer that traded last; 0 where the next one begins.
        var (bidLeft, askLeft) = (0, 0);
        while (b < bids.Length && a < asks.Length)
        {
            ref readonly var bid = ref bids[b];
            ref readonly var ask = ref asks[a];
            if (bid.Price < ask.Price)
            {
                met = Meeting.NoCrossing;
                break;
            }

            if (bid.Owner == ask.Owner | !RowTerms.FitPlainly(bid.Terms, ask.Terms))
            {
                met = Meeting.MoreThanPrice;
                break;
            }

            // Which of the two is used up first nobody can predict, so no branch is taken on it: a difference shifted is all ones where it is negative.
            var bidFree = bidLeft + (bid.Free & ((bidLeft - 1) >> 31));
            var askFree = askLeft + (ask.Free & ((askLeft - 1) >> 31));
            var more = bidFree - askFree;
            bidLeft = more & ~(more >> 31);
            askLeft = bidLeft - more;
            var (buy, sell) = pairwise ? ClearingPlan.MeanOf(bid.Price, ask.Price) : prices;
            fills[made++] = new BookFill(bid.Index, ask.Index, bidFree - bidLeft, buy, sell);
            b += more <= 0 ? 1 : 0;
            a += more >= 0 ? 1 : 0;
        }

        // What was used up nobody looks at again.
        if (bidLeft > 0) bids[b].Free = bidLeft;
        if (askLeft > 0) asks[a].Free = askLeft;
        _fills.Commit(made);
        (i, j) = (b, a);
        return met;
    }

    /// <summary>How two pointers end.</summary>
    private enum Meeting
    {
        EndOfRanked,
        NoCrossing,
        MoreThanPrice,
    }
}
