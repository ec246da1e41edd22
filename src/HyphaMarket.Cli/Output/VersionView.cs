namespace HyphaMarket.Cli.Output;

/// <summary>What <c>version</c> prints.</summary>
internal sealed record VersionView(string Version, string Runtime, string System);
