using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Leases;

/// <summary>One movement on the account (me, counterparty). It follows from a record that both signed, and from nothing else.</summary>
/// <param name="Contract">The record id of the contract: today a lease.</param>
/// <param name="Source">The co-signed record that moves the money: today a receipt.</param>
/// <param name="Micros">Micro-credits; positive is got, negative is paid.</param>
public readonly record struct Posting(ParticipantId Counterparty, RecordId Contract, RecordId Source, long Micros);
