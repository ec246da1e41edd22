using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>Whether a client may believe a first broker set.</summary>
public static class EpochAcceptance
{
    /// <summary>The client's own lookup gives so many nearest peers.</summary>
    public const int NearestLookedUp = 20;

    /// <summary>
    /// Null when the set has the signatures of q of its members and at least q of them are among the nearest peers of the client's own lookup;
    /// else a sentence that says what is missing.
    /// </summary>
    public static string? WhyNot(NetworkId network, MarketId market, EpochConfig config, IReadOnlyCollection<ParticipantId> nearest, ISignatureVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(nearest);
        if (config.Market != market) return "The broker set is of another market.";
        if (config.Kind != EpochKind.First) return $"A first broker set is wanted, not one of the kind {config.Kind}.";
        if (!config.HasQuorum(network, EpochPhase.Commit, verifier)) return $"The broker set lacks the signatures of {config.Quorum.Votes} of its {config.Members.Count} members.";
        var near = config.Members.Count(member => nearest.Contains(member.Peer));
        return near >= config.Quorum.Votes ? null : $"Only {near} of the set's {config.Members.Count} members are among the {nearest.Count} nearest nodes that I found; {config.Quorum.Votes} are wanted.";
    }
}
