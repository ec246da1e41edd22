using Google.Protobuf;
using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>
/// One way of not keeping to the protocol. A malicious node is an honest one whose messages pass its lies on their way out; it signs with its own key and
/// with no other.
/// </summary>
public abstract class Lie
{
    /// <summary>As the story tells it: what the liar does.</summary>
    public abstract string Name { get; }

    protected SimulatedNode Liar { get; private set; } = null!;

    protected SimulatedMarket Market => Liar.Market;

    internal void Attach(SimulatedNode liar) => Liar = liar;

    /// <summary>What is sent in place of a message that the liar's honest cores wanted sent: the message itself, another of its type, or null for silence.</summary>
    /// <param name="to">The number of the node that would get it.</param>
    /// <param name="message">A request, an answer, a notice or a record on the topic. Others hold it too: change a copy.</param>
    internal virtual IMessage? Say(int to, IMessage message) => message;

    /// <summary>Something comes to the liar, before its honest cores get it.</summary>
    /// <param name="from">The number of the node that sent it.</param>
    internal virtual void Hear(int from, IMessage message)
    {
    }

    /// <summary>Called now and then; what the liar does of its own accord.</summary>
    internal virtual void Act()
    {
    }
}
