namespace HyphaMarket.Simulation.Scaling;

/// <summary>What one market cost: messages and their bytes between all its nodes while time was counted.</summary>
/// <param name="Offers">Offers in a broker's store at the end, standing ones and those of the traders.</param>
/// <param name="Slots">Match slots that passed.</param>
/// <param name="Certified">Of these, slots with a certificate.</param>
/// <param name="Trades">Leases that began.</param>
public sealed record ScalingRow(int Brokers, int StandingOffers, int Offers, long Slots, long Certified, long Trades, long Messages, long Bytes)
{
    public double MessagesPerSlot => (double)Messages / Math.Max(1, Slots);

    public double BytesPerSlot => (double)Bytes / Math.Max(1, Slots);

    public double MessagesPerTrade => (double)Messages / Math.Max(1, Trades);

    public double BytesPerTrade => (double)Bytes / Math.Max(1, Trades);
}
