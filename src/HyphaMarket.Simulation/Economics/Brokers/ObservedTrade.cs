using HyphaMarket.Market.Ids;

namespace HyphaMarket.Simulation.Economics.Brokers;

/// <summary>A lease that a buyer holds; prices in micro-credits.</summary>
internal readonly record struct ObservedTrade(ParticipantId Buyer, ParticipantId Seller, long BuyPrice, long SellPrice);
