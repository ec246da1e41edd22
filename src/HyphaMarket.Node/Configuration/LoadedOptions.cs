namespace HyphaMarket.Node.Configuration;

/// <summary>Options that were read from their sources in one go, so that values and options are of the same moment.</summary>
/// <param name="Options">Valid ones.</param>
/// <param name="Values">Every key with the value that holds.</param>
/// <param name="Sources">Where they came from, to be read again.</param>
public sealed record LoadedOptions(NodeOptions Options, IReadOnlyList<ConfiguredValue> Values, ConfigurationSources Sources);
