using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Interop.Tests.Gossip;

/// <summary>A message as its subscriber got it.</summary>
/// <param name="Author">Who signed it; the default value where it is not signed.</param>
internal readonly record struct DeliveredMessage(string DataHex, PeerId Author);
