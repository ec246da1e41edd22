namespace HyphaMarket.Cli.Output;

/// <summary>One price level of a book.</summary>
/// <param name="Side"><c>bid</c> or <c>ask</c>.</param>
internal sealed record DepthLine(string Side, string Price, long PriceMicros, ulong Units, uint Offers);
