using Google.Protobuf;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Sends only to some of the others.</summary>
public sealed class SpeaksToFew(IReadOnlySet<int> few) : Lie
{
    public override string Name => $"speaks only to {string.Join(", ", few.Order())}";

    internal override IMessage? Say(int to, IMessage message) => few.Contains(to) ? message : null;
}
