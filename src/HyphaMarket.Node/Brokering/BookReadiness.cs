using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Node.Brokering;

/// <summary>A broker whose book is behind shows old prices and votes on nothing.</summary>
internal sealed class BookReadiness(BrokerService brokering) : IReadinessCheck
{
    /// <summary>Two pairs of slots: a timer that came late catches up within one.</summary>
    private const long MostLag = 4;

    public string Name => "book";

    public bool IsOfTheMarket => true;

    public string? Fault
    {
        get
        {
            foreach (var room in brokering.Rooms)
            {
                if (room.LagSlots > MostLag) return $"The book of {room.Name} is {room.LagSlots} slots behind. The machine may be overloaded, or too few fellow brokers answer to compare clocks with.";
                if (room.Status.IsCatchingUp) return $"The book of {room.Name} is being fetched from the fellow brokers. If this lasts, see whether they can be reached.";
            }

            return null;
        }
    }
}
