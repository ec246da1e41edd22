using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Node.Intake;

/// <summary>What the cheap checks need to know of a market's broker, as it was after its loop's last step.</summary>
/// <param name="IsBroker">This node brokers the market.</param>
/// <param name="Set">The broker set, this node in it or not; null while none is known.</param>
/// <param name="Fellows">With whom records are exchanged.</param>
public sealed record IntakeView(bool IsBroker, EpochConfig? Set, Slot Slot, IReadOnlySet<ParticipantId> Fellows)
{
    public static IntakeView None { get; } = new(false, null, new Slot(0), new HashSet<ParticipantId>());
}
