using System.Runtime.CompilerServices;
using HyphaMarket.Market.Books;
using HyphaMarket.Market.Money;

namespace HyphaMarket.Market.Matching;

/// <summary>An offer in rank order, with what matching reads of it: 24 bytes.</summary>
internal struct RankedOffer
{
    public MicroCredits Price;

    /// <summary>Units that may still trade.</summary>
    public int Free;
    public int Owner;
    public RowTerms Terms;

    /// <summary>Where it lies in the arrays that were ranked.</summary>
    public int Index;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(long price, in OfferRow row, int index)
    {
        Price = new MicroCredits(price);
        (Free, Owner, Terms) = (row.Free, row.Owner, row.Terms);
        Index = index;
    }
}
