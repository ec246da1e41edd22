namespace HyphaMarket.Simulation.Reservations;

/// <summary>What became of one market.</summary>
/// <param name="Row">Its row of the table.</param>
/// <param name="Rounds">All its rounds, in their order.</param>
public sealed record MarketHistory(TableRow Row, IReadOnlyList<Round> Rounds);
