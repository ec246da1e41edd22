namespace HyphaMarket.Cli.Output;

/// <summary>What <c>support bundle</c> wrote.</summary>
internal sealed record BundleView(string File, long Bytes, IReadOnlyList<string> Holds);
