namespace HyphaMarket.Cli.Output;

/// <summary>What <c>init</c> made.</summary>
internal sealed record InitView(string PeerId, string DataDirectory, string KeyFile, string ConfigurationFile, string Next);
