using HyphaMarket.Market.Matching;

namespace HyphaMarket.Simulation.Economics.Brokers;

/// <summary>One market through real brokers, without its seed.</summary>
/// <param name="Traders">Buyers, and as many sellers.</param>
/// <param name="Slots">Match slots for which an offer stands.</param>
/// <param name="Loss">The share of messages that get lost.</param>
/// <param name="Faulty">Brokers that lie.</param>
internal sealed record BrokerSetting(IClearingRule Rule, int Traders, int Slots, int Periods, double Loss, int Faulty);
