using HyphaMarket.Libp2p.Kademlia.Messages;

namespace HyphaMarket.Libp2p.Kademlia;

/// <summary>What to do with a request: send the message, say nothing (the request is done), or reset the stream.</summary>
/// <param name="Message">The reply, or null.</param>
/// <param name="Refusal">Why the request was refused, or null.</param>
internal readonly record struct KademliaReply(KadMessage? Message, string? Refusal)
{
    public static KademliaReply Send(KadMessage message) => new(message, null);
    public static KademliaReply Silence { get; } = new(null, null);
    public static KademliaReply Refuse(string reason) => new(null, reason);
}
