using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>Whether a node that knows no broker set of a market may believe one.</summary>
public static class EpochAcceptance
{
    /// <summary>The client's own lookup gives so many nearest peers.</summary>
    public const int NearestLookedUp = 20;

    /// <summary>
    /// Null when the set has its signatures (its own members', or the previous set's where it is a change) and at least q of its members are among
    /// the nearest peers of the client's own lookup; else a sentence that says what is missing.
    /// </summary>
    /// <param name="previous">The set before, where it was shown.</param>
    /// <param name="tellers">
    /// Who told, itself, that this is the set of now. Of a change only members that signed it or told it count: the set before it may be made up,
    /// and could name whom it likes.
    /// </param>
    public static string? WhyNot(
        NetworkId network, MarketId market, EpochConfig config, IReadOnlyCollection<ParticipantId> nearest, ISignatureVerifier verifier, EpochConfig? previous = null, IReadOnlySet<ParticipantId>? tellers = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(nearest);
        if (config.Market != market) return "The broker set is of another market.";
        if (config.VotersAfter(previous) is not { } voters) return "The set before it, whose signatures it carries, was not shown.";
        if (!config.HasQuorum(network, EpochPhase.Commit, verifier, previous)) return $"The broker set lacks the signatures of {voters.Quorum.Votes} of {voters.Members.Count} brokers.";
        var signers = config.Record.Members.Signatures.Select(signature => voters.Members[(int)signature.Member].Peer).ToHashSet();
        var near = config.Members.Count(member => nearest.Contains(member.Peer) && (config.Kind != EpochKind.Change || signers.Contains(member.Peer) || tellers?.Contains(member.Peer) == true));
        return near >= config.Quorum.Votes ? null : $"Only {near} of the set's {config.Members.Count} members are among the {nearest.Count} nearest nodes that I found; {config.Quorum.Votes} are wanted.";
    }

    /// <summary>What the nearest nodes told, judged: the one set that may be believed, or how many there are.</summary>
    /// <param name="answers">Who told which sets, the set of now last.</param>
    /// <param name="acceptsInterregnum">Whether an interregnum, and what follows one, may be believed too.</param>
    public static EpochChoice Choose(
        NetworkId network, MarketId market, IReadOnlyCollection<ParticipantId> nearest, IEnumerable<(ParticipantId From, IReadOnlyList<EpochConfig> Sets)> answers, ISignatureVerifier verifier, bool acceptsInterregnum)
    {
        var told = answers.Where(answer => answer.Sets.Count > 0).ToArray();
        var pool = told.SelectMany(answer => answer.Sets).DistinctBy(config => config.Id).ToDictionary(config => config.Id);
        var (passing, refused) = (new List<Head>(), new List<string>());
        foreach (var answer in told.GroupBy(answer => answer.Sets[^1].Id))
        {
            var tellers = answer.Select(one => one.From).ToHashSet();
            var path = PathTo(pool[answer.Key]);
            var why = WhyNot(network, market, path[^1], nearest, verifier, Before(path[^1]), tellers);
            if (why is null && !acceptsInterregnum && path.Any(config => config.Kind == EpochKind.Interregnum)) why = "It is an interregnum, or follows one, and this node accepts none (accept-interregnum).";
            if (why is null) passing.Add(new Head(path, tellers));
            else refused.Add(why);
        }

        var standing = passing.Where(head => !passing.Any(other => other != head && head.YieldsTo(other))).ToArray();
        return new EpochChoice(standing.Length == 1 ? standing[0].Path : [], standing.Length, refused);

        EpochConfig? Before(EpochConfig config) => config.Previous is { } id ? pool.GetValueOrDefault(id) : null;

        // Only as far as the links hold.
        IReadOnlyList<EpochConfig> PathTo(EpochConfig config)
        {
            var path = new List<EpochConfig> { config };
            while (path.Count < EpochConfig.MostRemembered && Before(path[0]) is { } before && before.Epoch + 1 == path[0].Epoch && path[0].HasQuorum(network, EpochPhase.Commit, verifier, before)) path.Insert(0, before);
            return path;
        }
    }

    /// <summary>A set that looks right, with those that lead to it and those who told that it is the set of now.</summary>
    private sealed class Head(IReadOnlyList<EpochConfig> path, HashSet<ParticipantId> tellers)
    {
        public IReadOnlyList<EpochConfig> Path => path;

        /// <summary>A quorum of it says that it is the set of now.</summary>
        private bool IsAlive => path[^1].Members.Count(member => tellers.Contains(member.Peer)) >= path[^1].Quorum.Votes;

        /// <summary>"The old set wins if it returns, else the lower first slot, else the lower hash"; of linked changes the last.</summary>
        public bool YieldsTo(Head other)
        {
            var common = path.LastOrDefault(config => other.Path.Any(theirs => theirs.Id == config.Id));
            if (common is null) return false;
            var (mine, theirs) = (path.FirstOrDefault(config => config.Previous == common.Id), other.Path.FirstOrDefault(config => config.Previous == common.Id));
            if (theirs?.Kind == EpochKind.Interregnum)
            {
                return mine?.Kind == EpochKind.Interregnum ? (theirs.FirstSlot, theirs.Id).CompareTo((mine.FirstSlot, mine.Id)) < 0 : !IsAlive;
            }

            // Theirs is the old set, or a change of it.
            return mine is null || (mine.Kind == EpochKind.Interregnum && other.IsAlive);
        }
    }
}
