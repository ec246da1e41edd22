using HyphaMarket.Brokerage.Proofs;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Trading;

// Proofs that anybody can check without this node.
public sealed partial class MarketService
{
    private const int FewestDigits = 6;

    public async Task<ProofView> GetBrokerProofAsync(string market, CancellationToken cancellationToken)
    {
        var id = Find(market);
        var config = await BrokersOfAsync(id, cancellationToken);
        var proof = MatchProofs.Of(surroundings.Definition.Parameters, surroundings.Brokers.PathTo(config), null);
        return new ProofView { Id = id.ToString(), File = MatchProofFile.Write(proof) };
    }

    public Task<ProofView> GetProofAsync(string match, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(match);
        if (match.Length < FewestDigits) throw new ApiException(ApiFailure.BadRequest, "match-id", $"Name a match by its id, or by at least its first {FewestDigits} digits.");
        var found = surroundings.History.FindProofs(match.ToLowerInvariant());
        return found.Count switch
        {
            1 => Task.FromResult(new ProofView { Id = found[0].Id, Full = found[0].Full, File = found[0].File }),
            0 => throw new ApiException(ApiFailure.NotFound, "unknown-match", $"This node keeps no proof of a match {match}.", "It keeps those of its own latest matches; `hypha-market lease get` tells a lease's match."),
            _ => throw new ApiException(ApiFailure.BadRequest, "match-id", $"Several matches begin with {match}. Give more digits."),
        };
    }
}
