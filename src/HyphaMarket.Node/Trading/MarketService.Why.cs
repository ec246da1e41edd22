using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Brokering;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Trading;

// Why these are a market's brokers.
public sealed partial class MarketService
{
    public async Task<BrokerWhyView> ExplainBrokersAsync(string market, CancellationToken cancellationToken)
    {
        var id = Find(market);
        var config = await BrokersOfAsync(id, cancellationToken);
        IReadOnlyList<PeerInfo> nearest;
        try
        {
            nearest = await surroundings.Network.Dht.GetClosestPeersAsync(id.ToArray(), includeSelf: true, cancellationToken);
        }
        catch (KademliaException e)
        {
            throw new ApiException(ApiFailure.Unavailable, "lookup-failed", $"The market's neighbourhood could not be looked up: {e.Message}", "See `hypha-market node status`; try again.");
        }

        var parameters = surroundings.Definition.Parameters;
        var found = nearest.Select(peer => peer.Id.ToParticipant()).ToArray();
        var size = BrokerSurroundings.NetworkSizeOf(surroundings.Network, found.Length);
        var (floor, cap) = ((int)parameters.BrokerFloor, (int)parameters.BrokerCap);
        var wanted = BrokerCount.Of(found.Length, size, floor, cap);
        var path = surroundings.Brokers.PathTo(config);
        var candidates = found.Concat(config.Members.Select(member => member.Peer).Where(member => !found.Contains(member)).OrderBy(member => BrokerDistance.Of(id, member)))
            .Select((peer, i) => CandidateOf(id, path, peer, i < found.Length ? i + 1 : null))
            .ToArray();
        return new BrokerWhyView
        {
            Market = id.ToString(),
            Profile = surroundings.NameOf(id),
            Key = Hash256.Of(id.ToArray()).ToString(),
            NetworkSize = size,
            SizeIs = size < EpochAcceptance.NearestLookedUp ? "counted" : "estimated",
            Found = found.Length,
            Floor = floor,
            Cap = cap,
            Wanted = wanted,
            Config = config.Id.ToString(),
            Epoch = config.Epoch,
            Kind = config.Kind.ToString().ToLowerInvariant(),
            Previous = config.Previous?.ToString(),
            FirstSlot = config.FirstSlot.Value,
            FirstSlotAt = DateTimeOffset.FromUnixTimeMilliseconds(surroundings.Schedule.StartOf(config.FirstSlot).UnixMs),
            Members = config.Members.Count,
            Quorum = config.Quorum.Votes,
            Tolerated = config.Quorum.Faulty,
            Signatures = config.Record.Members?.Signatures.Count ?? 0,
            SignedBy = config.Kind == EpochKind.Change ? "the set before" : "its own members",
            MembersFound = candidates.Count(candidate => candidate is { Member: true, Rank: not null }),
            Candidates = candidates,
            Changes = ChangesOf(id, config, candidates, wanted),
        };
    }

    private BrokerCandidateView CandidateOf(MarketId market, IReadOnlyList<EpochConfig> path, ParticipantId peer, int? rank)
    {
        var config = path[^1];
        var isMember = config.IndexOf(peer) >= 0;
        var since = isMember ? path.Reverse().TakeWhile(set => set.IndexOf(peer) >= 0).Last() : null;
        return new BrokerCandidateView
        {
            Peer = peer.ToText(),
            Rank = rank,
            Distance = BrokerDistance.Of(market, peer).ToString(),
            Self = peer == surroundings.Signer.Id,
            Connected = peer.TryToPeer(out var known) && surroundings.Network.Host.IsConnected(known),
            Member = isMember,
            Signed = SignersOf(path).Contains(peer),
            SinceEpoch = since?.Epoch,
            TermEndsAt = since is null ? null : DateTimeOffset.FromUnixTimeMilliseconds(surroundings.Schedule.StartOf(since.FirstSlot).UnixMs + Epochs.TermMs),
        };
    }

    private EpochOptions Epochs => new EpochOptions().WithEpochs(surroundings.Definition.Parameters.EpochLengthMs);

    private static HashSet<ParticipantId> SignersOf(IReadOnlyList<EpochConfig> path)
    {
        var config = path[^1];
        // Those of a change are numbered by the set before; where that is not known here, nobody is named.
        if (config.VotersAfter(path.Count > 1 ? path[^2] : null) is not { } voters) return [];
        return [.. (config.Record.Members?.Signatures ?? []).Where(signature => signature.Member < voters.Members.Count).Select(signature => voters.Members[(int)signature.Member].Peer)];
    }

    private List<string> ChangesOf(MarketId market, EpochConfig config, BrokerCandidateView[] candidates, int wanted)
    {
        var (members, quorum) = (config.Members.Count, config.Quorum);
        var changes = new List<string>();
        if (members == 1) changes.Add("There is one broker; without it the market stands still.");
        else changes.Add($"{quorum.Votes} of the {members} members must sign a change. Without {quorum.Votes} of them alive nothing is certified{(quorum.Faulty == 0 ? ", and so this set tolerates no failure" : "")}.");
        changes.Add("A change is for a member that died or leaves, for the end of a term, or for a vacancy; who is merely nearer waits for one of them.");
        if (brokering?.Find(market)?.Status.NextChange is { } next) changes.Add($"This node works for one: {next}");
        var nearer = candidates.Where(candidate => candidate.Rank <= wanted && !candidate.Member).ToArray();
        foreach (var candidate in nearer) changes.Add($"{candidate.Peer} is number {candidate.Rank} of the nearest and no member: a free place is its when {quorum.Votes} members have each seen it for {DurationText.Format(TimeSpan.FromMilliseconds(Epochs.SeenMs))}, unless another network's server is preferred.");
        foreach (var member in candidates.Where(candidate => candidate.Member && candidate.Rank is null)) changes.Add($"{member.Peer} is a member and my lookup does not find it: it may be down, or be counted out by nearer servers.");
        if (wanted > members) changes.Add($"The formula gives {wanted} brokers now, {wanted - members} more than the set has: it grows with the next change.");
        if (wanted < members) changes.Add($"The formula gives {wanted} brokers now, {members - wanted} fewer than the set has: who leaves may not be replaced.");
        if (AddressPrefixes.Shared(config.Members) is > 0 and var shared) changes.Add($"{shared} members share a /24 (IPv6: /48) with another: a server of another network is preferred where there is one.");
        return changes;
    }
}
