using Google.Protobuf;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Tells its fellow brokers a wrong time.</summary>
public sealed class LiesAboutTime(long aheadMs) : Lie
{
    public override string Name => $"says that its clock is {aheadMs} ms ahead";

    internal override IMessage? Say(int to, IMessage message)
    {
        if (message is not BrokerResponse response) return message;
        var other = response.Clone();
        other.ResponderUnixMs += aheadMs;
        return other;
    }
}
