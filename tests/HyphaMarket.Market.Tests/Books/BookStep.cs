namespace HyphaMarket.Market.Tests.Books;

/// <summary>What may happen to a book.</summary>
internal enum BookStep
{
    Add,
    Cancel,
    Use,
    Expire,
}
