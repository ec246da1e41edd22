namespace HyphaMarket.Simulation.Dht;

/// <summary>What lookups find after so many hours of churn.</summary>
/// <param name="BrokersPerMarket">n, the brokers of a market.</param>
/// <param name="AgreeingLookups">Lookups that found the very n members that most lookups of the market found; a share.</param>
/// <param name="TrueLookups">Lookups that found the n nearest of all nodes there are; a share.</param>
/// <param name="MeanOverlap">Of the n that most found, how many a lookup found on average; a share.</param>
/// <param name="QuorumLookups">Lookups that found a quorum of them, so that a client may believe the set; a share.</param>
/// <param name="RequestsPerLookup">Requests of a lookup on average, those that were not answered too.</param>
/// <param name="RecordsLost">Records that one lookup from a random node no longer found.</param>
/// <param name="RecordsGone">Of these, records that no living node holds.</param>
public sealed record DhtRow(
    int Hours, int Nodes, int Left, int BrokersPerMarket, double AgreeingLookups, double TrueLookups, double MeanOverlap, double QuorumLookups, double RequestsPerLookup, int Records, int RecordsLost, int RecordsGone);
