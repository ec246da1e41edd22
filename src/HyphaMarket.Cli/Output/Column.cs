namespace HyphaMarket.Cli.Output;

/// <summary>One column of a table or CSV file.</summary>
/// <param name="Text">The cell; empty for nothing.</param>
internal sealed record Column<T>(string Header, Func<T, string?> Text);
