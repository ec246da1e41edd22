using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>What this node has signed in one decision, and what it was shown.</summary>
internal sealed class EpochBallot(ulong epoch)
{
    /// <summary>The number of the set that is decided on.</summary>
    public ulong Epoch => epoch;

    /// <summary>The latest set that I prepared, and when: no other in that attempt, and none in an earlier one.</summary>
    public (ulong Attempt, RecordId Config)? Prepared { get; private set; }

    /// <summary>The set that I am bound to, with the prepare signatures that let me commit.</summary>
    public EpochConfig? Committed { get; private set; }

    /// <summary>Of the sets that others showed me with q prepare signatures, the one of the latest attempt.</summary>
    public EpochConfig? Shown { get; private set; }

    /// <summary>The set that is to be decided on before any other.</summary>
    public EpochConfig? Bound => Latest(Committed, Shown);

    public void OnShown(EpochConfig config) => Shown = Latest(Shown, config);

    public void Note(EpochPhase phase, EpochConfig config)
    {
        // A commitment is of a later attempt than all that I prepared, or of the same set: it moves both.
        if (Prepared is not { } prepared || prepared.Attempt <= config.Attempt) Prepared = (config.Attempt, config.Id);
        if (phase == EpochPhase.Commit) Committed = config;
    }

    /// <summary>Whether the rules let me prepare a set in an attempt.</summary>
    /// <param name="earlier">The same set with q prepare signatures of an earlier attempt; null where none are shown.</param>
    public bool MayPrepare(EpochConfig config, ulong attempt, EpochConfig? earlier)
    {
        if (Prepared is { } prepared && prepared.Attempt >= attempt) return false;
        return Committed is not { } committed || committed.Id == config.Id || earlier?.Attempt > committed.Attempt;
    }

    /// <summary>Whoever moved on to a later attempt may have helped another set there: it commits to nothing earlier.</summary>
    public bool MayCommit(EpochConfig prepared) =>
        (Prepared is not { } latest || latest.Attempt <= prepared.Attempt) && (Committed is not { } committed || committed.Attempt < prepared.Attempt);

    private static EpochConfig? Latest(EpochConfig? left, EpochConfig? right) => left is null || right?.Attempt > left.Attempt ? right : left;
}
