namespace HyphaMarket.Node.Storage;

/// <summary>A place where the journal on disk is not what was written.</summary>
/// <param name="Id">The entry, or the first of the missing ones.</param>
/// <param name="What">One sentence for people.</param>
public sealed record JournalDamage(long Id, string What);
