namespace HyphaMarket.Node.Page;

/// <summary>One file of the market page, as it is served.</summary>
internal sealed record PageFile(string Media, byte[] Content, string Tag);
