using System.Runtime.CompilerServices;

namespace HyphaMarket.Market.Books;

/// <summary>A lease term, and whether the offer wants more than price, quantity and term say, in one integer.</summary>
/// <param name="leaseMinutes">From 0.</param>
/// <param name="more">True where there is more, which is looked up in the offer.</param>
internal readonly struct RowTerms(int leaseMinutes, bool more)
{
    // The complement of a term is negative, so that one test of a sign finds the offers with more.
    private readonly int _value = more ? ~leaseMinutes : leaseMinutes;

    public int LeaseMinutes => _value < 0 ? ~_value : _value;
    public bool More => _value < 0;

    /// <summary>Whether a bid and an ask have nothing more, and the ask gives as long a lease as the bid wants.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool FitPlainly(RowTerms bid, RowTerms ask) => bid._value >= 0 & bid._value <= ask._value;
}
