using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>What this node knows of losses of its own journal, and until when it promises nothing new because of them.</summary>
/// <remarks>
/// "After damage to or restore of a worker's journal: no Accept until TTL cap + A pairs have passed": by then every offer that the journal may have
/// forgotten has ended, and every match of it has been settled or never will be. What runs longer, leases, the other parties show.
/// </remarks>
internal sealed class JournalRecovery
{
    private readonly SortedSet<Hash256> _causes = [];
    private Instant? _begun;

    /// <summary>Nothing new is promised before this; null where the journal was always whole.</summary>
    public Instant? Until { get; private set; }

    public bool IsOn(Instant now) => now < Until;

    /// <summary>Whether this damage, or this proof, is the beginning of a recovery that is known.</summary>
    public bool Knows(Hash256 cause) => _causes.Contains(cause);

    /// <summary>Whether something signed at that moment may be missing because of a loss that is known: then it is no news.</summary>
    public bool Explains(Instant signedAt) => signedAt <= _begun;

    public void Begin(Hash256 cause, JournalLostEntry entry)
    {
        _causes.Add(cause);
        var (begun, until) = (new Instant(entry.BegunUnixMs), new Instant(entry.UntilUnixMs));
        if (_begun is null || begun > _begun) _begun = begun;
        if (Until is null || until > Until) Until = until;
    }
}
