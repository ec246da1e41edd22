using HyphaMarket.Market.Ids;

namespace HyphaMarket.Brokerage.Journal;

/// <summary>One durable fact. A core emits it as an effect and goes on only when the driver says that it is on disk.</summary>
/// <param name="Key">What the fact is about; see the kind.</param>
/// <param name="Payload">The fact's bytes; at most 1 MiB.</param>
public sealed record JournalEntry(JournalKind Kind, Hash256 Key, byte[] Payload);
