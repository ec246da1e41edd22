namespace HyphaMarket.Node.Api.Server;

/// <summary>An answer as it went out, to go out again.</summary>
internal sealed record StoredAnswer(int Status, byte[] Body);
