namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>A gossip message as a js peer delivered it to its subscriber.</summary>
/// <param name="From">The author's peer id; null where the message is not signed.</param>
public sealed record JsMessage(string Topic, string DataHex, bool Signed, string? From);
