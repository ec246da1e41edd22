using HyphaMarket.Brokerage.Journal;

namespace HyphaMarket.Node.Storage;

/// <summary>A journal entry with its place.</summary>
/// <param name="Id">Ascending from 1 in the order of writing, without gaps.</param>
public sealed record StoredEntry(long Id, JournalEntry Entry);
