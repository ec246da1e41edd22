using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Node.Brokering;

/// <summary>A broker whose clock is off does not vote.</summary>
internal sealed class ClockReadiness(BrokerService brokering) : IReadinessCheck
{
    public string Name => "clock";

    public bool IsOfTheMarket => true;

    public string? Fault => brokering.Rooms.Select(room => room.Status).FirstOrDefault(status => status.ClockIsSkewed) is { } skewed
        ? $"The clock is {Math.Abs(skewed.ClockAheadMs ?? 0)} ms {(skewed.ClockAheadMs > 0 ? "ahead of" : "behind")} the fellow brokers' median. Set the clock, for example with chrony."
        : null;
}
